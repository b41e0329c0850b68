from pathlib import Path

import pytest

from synth_assets.corpus.document import content_hash
from synth_assets.corpus.store import Store
from synth_assets.errors import ProfileError
from synth_assets.filtering import stage
from synth_assets.filtering.pii.masking import COLUMNS
from synth_assets.home import Home
from synth_assets.packing.tokenizer import token_counter
from synth_assets.profile import Profile, load_profile
from synth_assets.quality.checks import load_checks, run_checks
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.filtering.raw import PROSE, write_raw

BATCH = "2026-01-01"
CONTACT = f"{PROSE}\nWrite to anna@example.org or bob@example.org, or call +49 30 123456 today."


def test_a_page_with_personal_data_becomes_a_child_of_it(store: Store, make_run: MakeRun) -> None:
    ids = write_raw(store, [PROSE, CONTACT])
    stage.run(make_run())
    kept = store.open("filtered", BATCH).read()
    plain, masked = kept.to_dicts()

    assert (plain["doc_id"], plain["parent_ids"], plain["text"]) == (ids[0], [], PROSE)
    assert masked["text"].endswith("Write to <EMAIL> or <EMAIL>, or call <PHONE> today.")
    assert masked["doc_id"] not in ids
    assert masked["parent_ids"] == [ids[1]]
    assert masked["root_ids"] == [ids[1]]
    assert masked["kind"] == "natural"
    assert masked["content_hash"] == content_hash(masked["text"])
    assert masked["n_chars"] == len(masked["text"])
    assert [masked[name] for name in COLUMNS] == [2, 0, 0, 0, 1]
    assert [plain[name] for name in COLUMNS] == [0, 0, 0, 0, 0]


def test_tokens_that_masking_removes_stand_in_the_law(
    store: Store, make_run: MakeRun, profile: Profile
) -> None:
    write_raw(store, [PROSE, CONTACT, "short, anna@example.org"])
    footer = stage.run(make_run())
    given = CONTACT.count(" ") + 1  # as raw_web counted them
    [made] = token_counter(profile.packing.tokenizer)(
        [store.open("filtered", BATCH).read()["text"][1]]
    )
    _, tokens = footer.laws
    assert tokens.right["masked"] == given - made
    assert tokens.holds


def test_what_is_dropped_is_kept_as_it_was_found(store: Store, make_run: MakeRun) -> None:
    [doc_id] = write_raw(store, ["Write to anna@example.org"])
    stage.run(make_run())
    dropped = store.open("filtered", BATCH).dropped()
    assert dropped["doc_id"].to_list() == [doc_id]
    assert dropped["text"].to_list() == ["Write to anna@example.org"]
    assert dropped["pii_email"].to_list() == [None]


def test_the_checks_of_filtered_pass(store: Store, make_run: MakeRun) -> None:
    write_raw(store, [PROSE, CONTACT, CONTACT])
    stage.run(make_run())
    checks = [check for check in load_checks() if check.concerns("filtered")]
    verdicts = run_checks(store, "filtered", BATCH, ["raw_web"], checks)
    failed = [one.check.name for one in verdicts if not one.passed]
    assert verdicts
    assert [name for name in failed if name != "language_known"] == []


def test_kinds_are_turned_off_and_placeholders_changed(
    store: Store, make_run: MakeRun, home: Home, tmp_path: Path
) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text("filtering: {pii: {email: null, phone: '[number]'}}")
    write_raw(store, [CONTACT])
    stage.run(make_run(profile=load_profile(path, home)))
    kept = store.open("filtered", BATCH).read()
    assert kept["text"][0].endswith("anna@example.org or bob@example.org, or call [number] today.")
    assert kept.select("pii_email", "pii_phone").row(0) == (None, 1)


@pytest.mark.parametrize("placeholder", ["nobody@example.org", "null", "<PERSON 1>", ""])
def test_a_placeholder_that_could_be_text_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch, placeholder: str
) -> None:
    monkeypatch.setenv("SYNTH_ASSETS__FILTERING__PII__EMAIL", placeholder)
    with pytest.raises(ProfileError, match=f"filtering.pii.email = '{placeholder}' is not allowed"):
        load_profile(home=home)


def test_a_rerun_makes_the_same_ids(store: Store, make_run: MakeRun) -> None:
    write_raw(store, [CONTACT])
    versions = []
    for _ in range(2):
        stage.run(make_run())
        versions.append(store.open("filtered", BATCH).data_version)
    assert versions[0] == versions[1]
