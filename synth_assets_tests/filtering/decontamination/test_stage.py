from pathlib import Path

import orjson
import pytest

from synth_assets.corpus.store import Store
from synth_assets.errors import InputError
from synth_assets.filtering import stage
from synth_assets.filtering.decontamination.items import read_items
from synth_assets.home import Home
from synth_assets.profile import Profile, load_profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.filtering.decontamination.test_index import OWN
from synth_assets_tests.filtering.raw import PROSE, write_raw

BATCH = "2026-01-01"


@pytest.fixture
def evals(tmp_path: Path) -> Path:
    path = tmp_path / "own.jsonl"
    path.write_bytes(OWN.read_bytes())
    return path


@pytest.fixture
def profile(home: Home, tmp_path: Path, evals: Path) -> Profile:
    path = tmp_path / "profile.yaml"
    path.write_text(
        f"filtering: {{decontamination: {{sets: {{own: {{path: {evals}, text: [question], "
        f"answers: [answer, choices], id: id}}}}}}}}"
    )
    return load_profile(path, home)


def _question(profile: Profile, number: int) -> str:
    settings = profile.filtering.decontamination.sets["own"]
    return read_items("own", settings)[number].texts[0]


def test_a_document_with_an_item_is_dropped_by_name(
    store: Store, make_run: MakeRun, profile: Profile
) -> None:
    asked = f"{PROSE}\n{_question(profile, 1).upper()}"
    ids = write_raw(store, [PROSE, asked])
    footer = stage.run(make_run())
    dropped = store.open("filtered", BATCH).dropped()
    words = "which of mira s three harbours freezes first"
    columns = ["doc_id", "text", "drop_reason", "drop_value", "evaluation_words"]
    assert dropped.select(columns).rows() == [
        (ids[1], asked, "evaluation_item", "own/harbor", words),
    ]
    assert "13 words in a row" in dropped["drop_limit"][0]
    assert footer.counts.kept.documents == 1


def test_the_report_lists_what_was_found_and_what_is_too_short(
    store: Store, make_run: MakeRun, profile: Profile
) -> None:
    asked = f"{PROSE}\n{_question(profile, 1)}"
    write_raw(store, [asked, PROSE, asked + "\nAgain."])
    footer = stage.run(make_run())
    [report] = store.open("filtered", BATCH).sidecar_frames("evaluation_items")
    assert report.drop("text").rows() == [
        ("own", "harbor", "found", 2),
        ("own", "sea", "too_short", 0),
        ("own", "not", "too_short", 0),
    ]
    assert report["text"].to_list()[1] == "Salty?"
    assert footer.counts.other == {"evaluation_items": 7, "evaluation_items_too_short": 2}


def test_a_changed_file_makes_the_corpus_stale_and_is_looked_for(
    store: Store, make_run: MakeRun, profile: Profile, evals: Path
) -> None:
    write_raw(store, [PROSE])
    before = stage.code_version(profile)
    assert stage.run(make_run()).counts.kept.documents == 1
    evals.write_text(orjson.dumps({"id": "new", "question": PROSE.splitlines()[0]}).decode())
    assert stage.code_version(profile) != before
    stage.run(make_run())
    dropped = store.open("filtered", BATCH).dropped()
    assert dropped["drop_value"].to_list() == ["own/new"]


def test_without_sets_nothing_is_reported(store: Store, make_run: MakeRun, home: Home) -> None:
    write_raw(store, [PROSE])
    footer = stage.run(make_run(profile=load_profile(home=home)))
    assert "evaluation_items" not in footer.sidecars
    assert footer.counts.other == {}


def test_a_broken_file_publishes_nothing(store: Store, make_run: MakeRun, evals: Path) -> None:
    write_raw(store, [PROSE])
    evals.write_text('{"id": "x"}')
    with pytest.raises(InputError, match="item 1 \\(x\\) has no field question"):
        stage.run(make_run())
    assert not store.has("filtered", BATCH)
