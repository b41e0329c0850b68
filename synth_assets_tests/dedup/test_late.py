"""Rows that come late are admitted after all that is published, of which no file changes."""

from pathlib import Path

import pytest

from synth_assets.corpus.store import Store
from synth_assets.dedup import stage
from synth_assets.dedup.abandoned import abandon
from synth_assets.dedup.late import membership
from synth_assets.dedup.republish import Published, counted, judged_from
from synth_assets.errors import CorpusError, InputError
from synth_assets.ingest.plan import all_manifests, load_manifest
from synth_assets.profile import Profile
from synth_assets.quality.checks import load_checks, run_checks
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.dedup.corpora import (
    MADE,
    child,
    deduplicate,
    essay,
    kept,
    natural,
    only_faq,
    verdicts,
    write_batch,
    write_corpus,
)
from synth_assets_tests.dedup.test_stage import corpus_of, published

KEYS = [f"2026-02-{number:02}" for number in range(1, 11)]
FOURTH, LATE = KEYS[3], f"{KEYS[3]}.late1"
ADDED = "rewritten/tutorial"


@pytest.fixture
def wider(profile: Profile, small: Profile) -> Profile:
    """The same with a recipe added."""
    recipes = {name: profile.rewriting.recipes[name] for name in ("faq", "tutorial")}
    rewriting = small.rewriting.model_copy(update={"recipes": recipes})
    return small.model_copy(update={"rewriting": rewriting})


def text(topic: str, changed: int = 0) -> str:
    own = [f"changed {topic} line {number} of {changed}." for number in range(changed)]
    return " ".join([*essay(topic)[changed:], *own])


def ten(store: Store) -> None:
    for number, key in enumerate(KEYS):
        documents = [natural(f"{key}.{item.doc_id}", item.text) for item in corpus_of(number)]
        documents.append(natural(f"{key}.own", text(f"topic{number}")))
        made = [child(f"{key}.made", documents[0], text("moor", number % 5))]
        write_batch(store, key, documents, made, admission=number + 1)


def add_recipe(store: Store) -> None:
    parent = natural(f"{FOURTH}.own", text("topic3"))
    made = [
        child("late new", parent, text("a late topic")),
        child("late copy", parent, text("topic8", 1)),
    ]
    write_corpus(store, ADDED, FOURTH, made, "adds")


def test_a_recipe_added_to_batch_4_changes_no_published_file(
    tmp_path: Path, small: Profile, wider: Profile, make_run: MakeRun
) -> None:
    """Its rows are judged after batch 10, one by one or backwards, and the same when run again."""
    found = []
    for name in ("nightly", "backfill"):
        store = Store(tmp_path / name)
        ten(store)
        if name == "backfill":
            for key in KEYS:
                stage.run_signatures(make_run(key, small, store=store))
        for key in KEYS if name == "nightly" else reversed(KEYS):
            deduplicate(make_run, small, key, store=store)
        before = published(store)
        add_recipe(store)
        deduplicate(make_run, wider, FOURTH, store=store)
        assert load_manifest(store, LATE).admission == 11
        deduplicate(make_run, wider, FOURTH, store=store)  # the rows are planned once
        assert len(all_manifests(store)) == 11
        deduplicate(make_run, wider, LATE, store=store)
        after = published(store)
        assert {key: after[key] for key in before} == before
        late, twin = store.open("deduped", LATE), f"{KEYS[8]}.own"
        assert kept(late) == ["late new"]
        assert verdicts(late) == {"late copy": ("near_duplicate", twin, twin)}
        assert not late.footer.broken_laws
        deduplicate(make_run, wider, LATE, store=store, republish=True)
        assert published(store) == after
        old = verdicts(store.open("deduped", FOURTH))
        footer = deduplicate(make_run, wider, FOURTH, store=store, republish=True)
        assert verdicts(store.open("deduped", FOURTH)) == old
        assert not footer.broken_laws
        found.append(after)
    assert found[0] == found[1]


def test_the_checks_hold_for_both_batches(
    store: Store, small: Profile, wider: Profile, make_run: MakeRun
) -> None:
    ten(store)
    for key in KEYS:
        deduplicate(make_run, small, key)
    add_recipe(store)
    deduplicate(make_run, wider, FOURTH)
    deduplicate(make_run, wider, LATE)
    inputs = ["filtered", MADE, ADDED]
    for batch in (FOURTH, LATE):
        for corpus, given in (("signatures", inputs), ("deduped", [*inputs, "signatures"])):
            checks = [check for check in load_checks() if check.concerns(corpus)]
            failed = [
                item.check.name
                for item in run_checks(store, corpus, batch, given, checks)
                if not item.passed and item.check.blocking
            ]
            assert failed == []


def test_a_changed_prompt_leaves_the_old_rows_and_admits_the_new_ones(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    parent, later = natural("p", text("hill")), natural("q", text("river", 2))
    write_batch(store, KEYS[0], [parent], [child("old", parent, text("river"))], admission=1)
    write_batch(store, KEYS[1], [later], admission=2)
    for key in KEYS[:2]:
        deduplicate(make_run, small, key)
    before = published(store)
    assert verdicts(store.open("deduped", KEYS[1])) == {"q": ("near_duplicate", "old", "old")}
    write_corpus(store, MADE, KEYS[0], [child("new", parent, text("coast"))], "adds")
    deduplicate(make_run, small, KEYS[0])
    deduplicate(make_run, small, f"{KEYS[0]}.late1")
    assert kept(store.open("deduped", KEYS[0])) == ["old", "p"]
    assert kept(store.open("deduped", f"{KEYS[0]}.late1")) == ["new"]
    footer = deduplicate(make_run, small, KEYS[1], republish=True)
    assert footer.counts.other["pairs_estimated"] == 0  # the old text is read where it was kept
    name = f"deduped/{KEYS[1]}.parquet"
    assert published(store)[name] == before[name]


def test_republishing_takes_the_rows_of_now_and_lists_what_changes(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    parent, later = natural("p", text("hill")), natural("q", text("river", 2))
    write_batch(store, KEYS[0], [parent], [child("old", parent, text("river"))], admission=1)
    write_batch(store, KEYS[1], [later, natural("r", text("coast", 1))], admission=2)
    for key in KEYS[:2]:
        deduplicate(make_run, small, key)
    write_corpus(store, MADE, KEYS[0], [child("new", parent, text("coast"))], "adds")
    assert judged_from(store, KEYS[0]) == KEYS[:2]
    changes = []
    for key in KEYS[:2]:
        before = Published.of(store, key)
        deduplicate(make_run, small, key, republish=True)
        changes.append(before.changes(store))
    assert [row[:4] for frame in changes for row in frame.iter_rows()] == [
        (KEYS[0], "new", "came", None),
        (KEYS[0], "old", "left", "gone"),
        (KEYS[1], "q", "came", None),
        (KEYS[1], "r", "left", "near_duplicate"),
    ]
    assert counted(changes)["documents"].to_list() == [1, 1, 1, 1]
    assert len(all_manifests(store)) == 2
    with pytest.raises(InputError, match="never planned"):
        judged_from(store, "1999-01-01")


def test_other_thresholds_change_nothing_that_was_published(
    store: Store, profile: Profile, small: Profile, make_run: MakeRun
) -> None:
    write_batch(
        store, KEYS[0], [natural("a", text("river")), natural("b", text("river", 3))], admission=1
    )
    deduplicate(make_run, small, KEYS[0])
    before = published(store)
    stricter = only_faq(profile, threshold=0.95)
    said: list[str] = []
    stage.run(make_run(KEYS[0], stricter, log=said.append))
    assert published(store) == before
    assert f"batch republish {KEYS[0]}" in said[0]
    deduplicate(make_run, stricter, KEYS[0], republish=True)
    assert kept(store.open("deduped", KEYS[0])) == ["a", "b"]


def test_an_abandoned_batch_that_is_made_after_all_is_admitted_late(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, KEYS[0], [natural("a", text("river"))], admission=1)
    write_batch(store, KEYS[1], [natural("b", text("river"))], admission=2)
    abandon(store, KEYS[0])
    deduplicate(make_run, small, KEYS[1])
    footer = deduplicate(make_run, small, KEYS[0])
    assert not footer.broken_laws
    late = f"{KEYS[0]}.late1"
    assert membership(store, late).ids.to_list() == ["a"]
    deduplicate(make_run, small, late)
    assert kept(store.open("deduped", KEYS[0])) == []
    assert verdicts(store.open("deduped", late)) == {"a": ("exact_duplicate", "b", "b")}


def test_a_batch_with_signatures_is_not_abandoned(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, KEYS[0], [natural("a", text("river"))], admission=1)
    deduplicate(make_run, small, KEYS[0])
    with pytest.raises(InputError, match="has signatures: no batch waits for it"):
        abandon(store, KEYS[0])


def test_a_late_batch_is_waited_for_like_any_other(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, KEYS[0], [natural("a", text("river"))], admission=1)
    deduplicate(make_run, small, KEYS[0])
    late_child = child("c", natural("a", text("river")), text("coast"))
    write_corpus(store, MADE, KEYS[0], [late_child], "adds")
    deduplicate(make_run, small, KEYS[0])
    write_batch(store, KEYS[1], [natural("b", text("coast"))], admission=3)
    with pytest.raises(CorpusError, match=r"2026-02-01\.late1 was admitted before"):
        deduplicate(make_run, small, KEYS[1])
    deduplicate(make_run, small, f"{KEYS[0]}.late1")
    deduplicate(make_run, small, KEYS[1])
    assert verdicts(store.open("deduped", KEYS[1])) == {"b": ("exact_duplicate", "c", "c")}
