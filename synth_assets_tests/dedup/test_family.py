"""A natural document and what was made from it are judged by relation, never by first seen."""

import pytest

from synth_assets.corpus.store import Store
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.dedup.corpora import (
    child,
    deduplicate,
    essay,
    kept,
    natural,
    only_faq,
    verdicts,
    write_batch,
)

FIRST, SECOND = "2026-01-01", "2026-01-02"


def text(topic: str, changed: int = 0) -> str:
    own = [f"changed {topic} line {number} of {changed}." for number in range(changed)]
    return " ".join(essay(topic, 60)[changed:] + own)


PARENT = natural("p", text("river"))


def test_a_child_that_adds_may_be_near_its_parent_but_not_too_close(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    """Ids sort before the parent's: a natural document still never loses to its children."""
    made = [
        child("k1", PARENT, text("river", 4)),
        child("k2", PARENT, text("river", 1)),
        child("k3", PARENT, text("river").upper()),
    ]
    write_batch(store, FIRST, [PARENT], made, admission=1)
    deduplicate(make_run, small, FIRST)
    corpus = store.open("deduped", FIRST)
    assert kept(corpus) == ["k1", "p"]
    assert verdicts(corpus) == {
        "k2": ("too_close_to_family", "p", "p"),
        "k3": ("too_close_to_family", "p", "p"),
    }
    assert set(corpus.read(["doc_id", "relation"]).rows()) == {("p", None), ("k1", "adds")}


def test_a_child_too_close_to_an_earlier_sibling_leaves(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    answer = text("coast")
    made = [child("k1", PARENT, answer), child("k2", PARENT, answer + " Indeed.")]
    write_batch(store, FIRST, [PARENT], made, admission=1)
    deduplicate(make_run, small, FIRST)
    corpus = store.open("deduped", FIRST)
    assert verdicts(corpus) == {"k2": ("too_close_to_family", "k1", "k1")}


def test_children_of_different_parents_are_judged_by_first_seen(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    other = natural("q", text("hill"))
    made = [child("k1", PARENT, text("coast")), child("k2", other, text("coast", 2))]
    write_batch(store, FIRST, [PARENT, other], made, admission=1)
    deduplicate(make_run, small, FIRST)
    assert verdicts(store.open("deduped", FIRST)) == {"k2": ("near_duplicate", "k1", "k1")}


def test_a_copy_of_the_parent_does_not_cost_the_parent_its_child(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    """The copy leaves for the parent, and with it the reason to judge the child."""
    copy = natural("x", text("river", 2))
    made = [child("k1", PARENT, text("river", 5))]
    write_batch(store, FIRST, [PARENT, copy], made, admission=1)
    deduplicate(make_run, small, FIRST)
    corpus = store.open("deduped", FIRST)
    assert kept(corpus) == ["k1", "p"]
    assert verdicts(corpus) == {"x": ("near_duplicate", "p", "p")}


def test_a_child_near_an_earlier_document_of_another_family_leaves(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, FIRST, [natural("x", text("coast"))], admission=1)
    deduplicate(make_run, small, FIRST)
    made = [child("k1", PARENT, text("coast", 2))]
    write_batch(store, SECOND, [PARENT], made, admission=2)
    deduplicate(make_run, small, SECOND)
    assert verdicts(store.open("deduped", SECOND)) == {"k1": ("near_duplicate", "x", "x")}


def test_a_document_that_left_for_its_familys_sake_still_judges_others(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    made = [child("k1", PARENT, text("river", 1))]
    write_batch(store, FIRST, [PARENT], made, admission=1)
    write_batch(store, SECOND, [natural("y", text("river", 1))], admission=2)
    deduplicate(make_run, small, FIRST)
    deduplicate(make_run, small, SECOND)
    found = verdicts(store.open("deduped", SECOND))["y"]
    assert found[0] in ("near_duplicate", "exact_duplicate")
    assert found[2] == "p"


@pytest.mark.parametrize("relation", ["supersedes", "extends"])
def test_the_parent_leaves_for_a_child_that_replaces_it(
    store: Store, small: Profile, make_run: MakeRun, relation: str
) -> None:
    made = [child("k1", PARENT, text("river", 1))]
    write_batch(store, FIRST, [PARENT], made, admission=1, relation=relation)
    footer = deduplicate(make_run, small, FIRST)
    corpus = store.open("deduped", FIRST)
    assert kept(corpus) == ["k1"]
    assert verdicts(corpus) == {"p": ("superseded_by", "k1", "k1")}
    assert not footer.broken_laws


def test_a_parent_whose_replacing_child_leaves_as_a_duplicate_stays(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, FIRST, [natural("x", text("coast"))], admission=1)
    deduplicate(make_run, small, FIRST)
    made = [child("k1", PARENT, text("coast"))]
    write_batch(store, SECOND, [PARENT], made, admission=2, relation="supersedes")
    deduplicate(make_run, small, SECOND)
    assert kept(store.open("deduped", SECOND)) == ["p"]


def test_duplicates_of_a_superseded_parent_point_to_the_child_that_stayed(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    made = [child("k1", PARENT, text("coast"))]
    write_batch(
        store,
        FIRST,
        [PARENT, natural("x", text("river", 2))],
        made,
        admission=1,
        relation="supersedes",
    )
    deduplicate(make_run, small, FIRST)
    assert verdicts(store.open("deduped", FIRST)) == {
        "p": ("superseded_by", "k1", "k1"),
        "x": ("near_duplicate", "p", "k1"),
    }


def test_the_family_threshold_is_the_profiles(
    store: Store, profile: Profile, make_run: MakeRun
) -> None:
    made = [child("k1", PARENT, text("river", 4))]
    write_batch(store, FIRST, [PARENT], made, admission=1)
    deduplicate(make_run, only_faq(profile, family_threshold=0.85), FIRST)
    assert kept(store.open("deduped", FIRST)) == ["p"]


def test_a_recipe_keeps_a_few_children_beside_a_parent(
    store: Store, profile: Profile, make_run: MakeRun
) -> None:
    topics = ("coast", "hill", "moor", "plain")
    made = [child(f"k{number}", PARENT, text(topic)) for number, topic in enumerate(topics)]
    write_batch(store, FIRST, [PARENT], made, admission=1)
    footer = deduplicate(make_run, only_faq(profile, children_per_parent=2), FIRST)
    corpus = store.open("deduped", FIRST)
    assert kept(corpus) == ["k0", "k1", "p"]
    assert verdicts(corpus) == {
        "k2": ("too_many_children", None, "k0"),
        "k3": ("too_many_children", None, "k0"),
    }
    assert not footer.broken_laws
