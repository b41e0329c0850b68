import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_assets.corpus.document import content_hash
from synth_assets.corpus.schema import DROPPED
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.errors import CancelledError, CorpusError
from synth_assets.filtering import language_attribute, quality, stage
from synth_assets.filtering.known import Known
from synth_assets.profile import Profile
from synth_assets_tests.filtering.raw import PROSE, write_raw

BATCH = "2026-01-01"
MENU = "Home\nProducts\nAbout us"
MakeRun = Callable[..., StageRun]


def test_each_document_is_kept_or_dropped_with_its_reason(store: Store, make_run: MakeRun) -> None:
    ids = write_raw(store, [PROSE, MENU, "", PROSE.upper() + "\n"])
    footer = stage.run(make_run())
    filtered = store.open("filtered", BATCH)
    kept, dropped = filtered.read(), filtered.dropped()

    assert kept["doc_id"].to_list() == ids[:1]
    assert kept["lang"].to_list() == ["eng_Latn"]
    assert list(kept.columns) == list(stage.COLUMNS)
    assert list(dropped.columns) == [*stage.COLUMNS, *DROPPED]
    rows = dropped.select("doc_id", *DROPPED).rows()
    words = ("gopher_min_words", "4", "at least 50", None)
    assert rows == [
        (ids[1], *words),
        (ids[2], "gopher_min_words", "0", "at least 50", None),
        (
            ids[3],
            "exact_duplicate",
            content_hash(PROSE),
            "one document per content hash",
            ids[0],
        ),
    ]
    assert dropped["lang"].to_list() == ["eng_Latn", "und", "eng_Latn"]
    assert dropped["text"].to_list()[0] == MENU
    assert footer.counts.dropped.keys() == {"gopher_min_words", "exact_duplicate"}


def test_what_a_rule_dropped_is_no_original(store: Store, make_run: MakeRun) -> None:
    write_raw(store, [MENU, MENU])
    stage.run(make_run())
    dropped = store.open("filtered", BATCH).dropped()
    assert dropped["drop_reason"].to_list() == ["gopher_min_words"] * 2


def test_listed_languages_only(store: Store, make_run: MakeRun, profile: Profile) -> None:
    write_raw(store, [PROSE, "12 34"])
    filtering = profile.filtering.model_copy(update={"languages": ["cat_Latn"]})
    stage.run(make_run(profile=profile.model_copy(update={"filtering": filtering})))
    dropped = store.open("filtered", BATCH).dropped()
    assert dropped["drop_reason"].to_list() == ["language"] * 2
    assert dropped["drop_value"].to_list() == ["eng_Latn", "und"]


@pytest.mark.parametrize(
    "text",
    ["\0\0\0", f"{PROSE}\0{PROSE}", "\u202e" + "שלום " * 60, "x" * 1_000_000, "\ufeff", "\r"],
)
def test_odd_texts_end_up_somewhere(store: Store, make_run: MakeRun, text: str) -> None:
    write_raw(store, [text])
    footer = stage.run(make_run())
    assert not footer.broken_laws
    assert footer.counts.kept.documents + footer.counts.dropped_total.documents == 1


def test_an_empty_batch(store: Store, make_run: MakeRun) -> None:
    write_raw(store, [])
    assert stage.run(make_run()).counts.kept.documents == 0
    assert store.open("filtered", BATCH).read().is_empty()


def test_the_laws_compare_with_what_raw_web_says_it_holds(store: Store, make_run: MakeRun) -> None:
    write_raw(store, [PROSE, MENU])
    given_tokens = store.open("raw_web", BATCH).footer.counts.kept.tokens
    footer = stage.run(make_run())
    documents, tokens = footer.laws
    assert (documents.name, documents.left) == ("documents", {"raw_web": 2})
    assert documents.right == {"kept": 1, "dropped": 1}
    assert (tokens.name, tokens.left) == ("tokens", {"raw_web": given_tokens})
    assert documents.holds
    assert tokens.holds


def test_a_document_lost_on_the_way_breaks_the_law(store: Store, make_run: MakeRun) -> None:
    write_raw(store, [PROSE, MENU], claimed=1)
    footer = stage.run(make_run())
    assert [str(law) for law in footer.broken_laws] == [
        "documents: 3 raw_web != 1 kept + 1 dropped"
    ]


def test_two_runs_give_the_same_bytes(store: Store, make_run: MakeRun) -> None:
    write_raw(store, [PROSE, MENU, PROSE, PROSE.replace("harbour", "port")])
    versions = []
    for _ in range(2):
        stage.run(make_run())
        filtered = store.open("filtered", BATCH)
        versions.append((filtered.data_version, filtered.footer.sidecars))
    assert versions[0] == versions[1]


def test_a_cancelled_run_leaves_nothing(store: Store, make_run: MakeRun) -> None:
    write_raw(store, [PROSE])
    with pytest.raises(CancelledError):
        stage.run(make_run(cancelled=lambda: True))
    assert not store.has("filtered", BATCH)


def test_the_version_follows_the_filtering_section_alone(profile: Profile) -> None:
    filtering = profile.filtering.model_copy(update={"min_language_confidence": 0.5})
    other = profile.model_copy(update={"filtering": filtering})
    same = profile.model_copy(update={"seed": 7})
    assert stage.code_version(other) != stage.code_version(profile)
    assert stage.code_version(same) == stage.code_version(profile)


TEXTS = st.lists(
    st.one_of(st.text(max_size=80), st.sampled_from([PROSE, MENU, PROSE[:200], "\0", ""])),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the profile is only read
)
@given(texts=TEXTS)
def test_nothing_vanishes(profile: Profile, texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        ids = write_raw(store, texts)
        run = StageRun(store=store, profile=profile, batch=BATCH, code_version="t")
        footer = stage.run(run)
        filtered = store.open("filtered", BATCH)
        kept, dropped = filtered.read(), filtered.dropped()
        assert all(law.holds for law in footer.laws)
        assert sorted([*kept["doc_id"], *dropped["doc_id"]]) == sorted(ids)
        assert kept["content_hash"].is_unique().all()
        originals = set(kept["doc_id"])
        assert all(first in originals for first in dropped["duplicate_of"].drop_nulls())


def test_a_declared_language_passes_the_confidence_rule(
    make_run: MakeRun, store: Store, profile: Profile
) -> None:
    write_raw(store, [PROSE], declared="nus")
    strict = profile.filtering.model_copy(
        update={"min_language_confidence": 0.5, "languages": ["nus_Latn"]}
    )
    stage.run(make_run(profile=profile.model_copy(update={"filtering": strict})))
    assert store.open("filtered", "2026-01-01").read()["lang"].to_list() == ["nus_Latn"]


def attributes_of(store: Store) -> pl.DataFrame:
    return pl.concat(store.open("filtered", BATCH).sidecar_frames("attributes"))


def strict(profile: Profile) -> Profile:
    """A profile with another limit, which measures nothing else."""
    quality = profile.filtering.gopher_quality.model_copy(update={"min_words": 70, "max_words": 79})
    filtering = profile.filtering.model_copy(update={"gopher_quality": quality})
    return profile.model_copy(update={"filtering": filtering})


def test_every_document_has_its_attributes_in_the_order_of_raw_web(
    store: Store, make_run: MakeRun
) -> None:
    ids = write_raw(store, [PROSE, MENU, PROSE])
    stage.run(make_run())
    found = attributes_of(store)
    assert found["doc_id"].to_list() == ids
    assert found["gopher_words"].to_list() == [78, 4, 78]
    assert found["lang"].to_list() == ["eng_Latn"] * 3


def test_a_changed_limit_measures_no_document_again(
    store: Store, make_run: MakeRun, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [PROSE, MENU, f"{PROSE} More.", PROSE, PROSE[:400], ""]
    write_raw(store, texts)
    stage.run(make_run())
    before = attributes_of(store)

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a document was measured again")

    for module in (language_attribute, quality):
        monkeypatch.setattr(module, "measure", refuse)
    said: list[str] = []
    stage.run(make_run(profile=strict(profile), log=said.append))
    monkeypatch.undo()
    assert said[0].startswith("attributes measured: none; taken over: ")
    assert attributes_of(store).equals(before)
    again = store.open("filtered", BATCH).data_version

    fresh = Store(store.files.path("fresh"))
    write_raw(fresh, texts)
    stage.run(make_run(store=fresh, profile=strict(profile)))
    assert fresh.open("filtered", BATCH).data_version == again


def test_only_what_changed_is_measured_again(
    store: Store, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_raw(store, [PROSE])
    said: list[str] = []
    stage.run(make_run(log=said.append))
    monkeypatch.setattr(quality, "VERSION", "another")
    stage.run(make_run(log=said.append))
    monkeypatch.setattr(language_attribute, "VERSION", "another")  # quality needs the language
    stage.run(make_run(log=said.append))
    write_raw(store, [PROSE, MENU])  # other documents under the same batch
    stage.run(make_run(log=said.append))
    measured = [line.split(";")[0].split(": ")[1] for line in said if "attributes" in line]
    everything = measured[0]
    assert {"language", "quality"} <= set(everything.split(", "))
    assert measured[1] == "quality, traits"  # the tier is of its scores
    assert {"language", "quality"} <= set(measured[2].split(", "))
    assert measured[3] == everything


def test_rows_of_other_documents_are_never_taken_over(store: Store, make_run: MakeRun) -> None:
    write_raw(store, [PROSE, MENU])
    stage.run(make_run())
    known = Known(
        frozenset({"quality"}), store.open("filtered", BATCH).sidecar_frames("attributes")
    )
    other = pl.DataFrame({"doc_id": ["not there", "either"]})
    with pytest.raises(CorpusError, match="attributes of filtered are not those of raw_web"):
        known.score(other, [])
