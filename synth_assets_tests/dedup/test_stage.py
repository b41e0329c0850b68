"""deduped: first seen stays, over all batches, whatever the order inside one."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from synth_assets.corpus.document import Document
from synth_assets.corpus.store import Store
from synth_assets.dedup import stage
from synth_assets.dedup.abandoned import abandon
from synth_assets.errors import CancelledError, CorpusError, InputError
from synth_assets.profile import Profile
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
)

FIRST, SECOND, THIRD = "2026-01-01", "2026-01-02", "2026-01-03"


def text(topic: str, changed: int = 0) -> str:
    """An essay with some sentences replaced at the end."""
    lines = essay(topic)
    own = [f"changed {topic} line {number} of {changed}." for number in range(changed)]
    return " ".join(lines[: len(lines) - changed] + own)


def test_first_seen_stays_and_the_others_say_of_what_they_are_duplicates(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    documents = [
        natural("a", text("river")),
        natural("b", text("river", 2)),
        natural("c", "  " + text("river").upper()),
        natural("d", text("hill")),
        natural("e", text("river", 20)),
    ]
    write_batch(store, FIRST, documents, admission=1)
    footer = deduplicate(make_run, small, FIRST)
    corpus = store.open("deduped", FIRST)
    assert kept(corpus) == ["a", "d", "e"]
    assert verdicts(corpus) == {
        "b": ("near_duplicate", "a", "a"),
        "c": ("exact_duplicate", "a", "a"),
    }
    dropped = {row["doc_id"]: row for row in corpus.dropped().iter_rows(named=True)}
    assert dropped["c"]["similarity"] == 1.0
    assert 0.8 <= dropped["b"]["similarity"] < 1.0
    assert dropped["b"]["drop_value"] == f"{dropped['b']['similarity']:.4f}"
    assert dropped["b"]["drop_limit"] == "jaccard < 0.8"
    assert dropped["b"]["text"] == documents[1].text
    assert not footer.broken_laws
    assert footer.counts.read == footer.counts.kept.plus(footer.counts.dropped_total)


def test_the_cluster_table_names_who_stayed_for_whom(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, FIRST, [natural("a", text("river"))], admission=1)
    later = [natural("b", text("river", 1)), natural("c", text("hill"))]
    write_batch(store, SECOND, later, admission=2)
    deduplicate(make_run, small, FIRST)
    deduplicate(make_run, small, SECOND)
    rows = [*store.open("deduped", SECOND).sidecar_frames("clusters")]
    assert rows[0].rows() == [("a", "a", FIRST, True), ("a", "b", SECOND, False)]


def test_a_chain_of_near_copies_ends_at_the_first_across_batches(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    """Each copy is near the one before it only; the middle one was dropped when it came."""
    steps = [natural(name, text("river", changed)) for name, changed in (("a", 0), ("b", 3))]
    steps.append(natural("c", " ".join(essay("river")[4:37]) + " " + text("river", 3)[-90:]))
    for number, (batch, document) in enumerate(zip((FIRST, SECOND, THIRD), steps, strict=True)):
        write_batch(store, batch, [document], admission=number)
        deduplicate(make_run, small, batch)
    assert verdicts(store.open("deduped", SECOND)) == {"b": ("near_duplicate", "a", "a")}
    assert verdicts(store.open("deduped", THIRD)) == {"c": ("near_duplicate", "b", "a")}


def test_precedence_is_the_admission_number_not_the_key(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, SECOND, [natural("b", text("river"))], admission=1)
    write_batch(store, FIRST, [natural("a", text("river"))], admission=2)
    deduplicate(make_run, small, SECOND)
    deduplicate(make_run, small, FIRST)
    assert kept(store.open("deduped", SECOND)) == ["b"]
    assert verdicts(store.open("deduped", FIRST)) == {"a": ("exact_duplicate", "b", "b")}


def corpus_of(seed: int) -> list[Document]:
    """Near and exact copies in random numbers."""
    chance = random.Random(seed)
    documents = []
    for topic in ("river", "hill", "coast", "plain"):
        for _ in range(chance.randint(1, 7)):
            changed = chance.choice([0, 0, 1, 2, 4, 6, 12])
            documents.append(natural(f"{chance.random():.9f}", text(topic, changed)))
    return documents


@pytest.mark.parametrize("seed", range(4))
def test_decisions_are_the_same_for_any_order_of_documents(
    seed: int, tmp_path: Path, small: Profile, make_run: MakeRun
) -> None:
    documents = corpus_of(seed)
    chance = random.Random(f"children {seed}")
    made = [
        child(f"{chance.random():.9f}", chance.choice(documents), copy.text + f" Copy {number}.")
        for number, copy in enumerate(chance.choices(documents, k=12))
    ]
    half = len(documents) // 2
    found = []
    for order in range(3):
        store = Store(tmp_path / str(order))
        parts = [documents[:half], documents[half:]]
        for number, (batch, part) in enumerate(zip((FIRST, SECOND), parts, strict=True)):
            shuffled = random.Random(order).sample(part, len(part))
            ids = {document.doc_id for document in part}
            children = [item for item in made if ids.issuperset(item.parent_ids)]
            children = random.Random(order).sample(children, len(children))
            write_batch(store, batch, shuffled, children, admission=number)
            run = make_run(batch, small, store=store)
            stage.run_signatures(run)
            stage.run(run)
        found.append([verdicts(store.open("deduped", batch)) for batch in (FIRST, SECOND)])
        rows = store.open("deduped", FIRST).read(["doc_id"])["doc_id"].to_list()
        inputs = [store.open(corpus, FIRST).read(["doc_id"]) for corpus in ("filtered", MADE)]
        given = [doc_id for frame in inputs for doc_id in frame["doc_id"]]
        assert rows == [doc_id for doc_id in given if doc_id in rows]
    assert found[0] == found[1] == found[2]


def test_two_runs_give_the_same_bytes(store: Store, small: Profile, make_run: MakeRun) -> None:
    write_batch(store, FIRST, corpus_of(1), admission=1)
    deduplicate(make_run, small, FIRST)
    names = ("signatures", "deduped")
    first = [Path(store.open(name, FIRST).path).read_bytes() for name in names]
    deduplicate(make_run, small, FIRST, republish=True)
    assert [Path(store.open(name, FIRST).path).read_bytes() for name in names] == first


def test_a_batch_is_judged_by_what_was_dropped_too_and_reruns_change_nothing(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, FIRST, [natural("a", text("river"))], admission=1)
    write_batch(store, SECOND, [natural("b", text("river", 2))], admission=2)
    write_batch(store, THIRD, [natural("c", text("river", 2))], admission=3)
    for batch in (FIRST, SECOND, THIRD):
        stage.run_signatures(make_run(batch, small))
    for batch in (THIRD, FIRST, SECOND):  # any order, once the signatures exist
        stage.run(make_run(batch, small))
    before = Path(store.open("deduped", THIRD).path).read_bytes()
    stage.run(make_run(THIRD, small, republish=True))
    assert Path(store.open("deduped", THIRD).path).read_bytes() == before
    assert verdicts(store.open("deduped", THIRD)) == {"c": ("exact_duplicate", "b", "a")}


def test_ten_batches_give_the_same_files_whatever_the_order_they_are_judged_in(
    tmp_path: Path, small: Profile, make_run: MakeRun
) -> None:
    """One by one as they come, all signatures first and the batches backwards (as a parallel
    backfill may), and one batch again: the same bytes."""
    keys = [f"2026-02-{number:02}" for number in range(1, 11)]
    stores = [Store(tmp_path / name) for name in ("nightly", "backfill")]
    for store in stores:
        for number, key in enumerate(keys):
            documents = corpus_of(number)
            children = [
                child(f"{parent.doc_id}.{at}", parent, text("moor", (at + number) % 5))
                for at, parent in enumerate(documents[:3])
            ]
            write_batch(store, key, documents, children, admission=number)
    nightly, backfill = ([make_run(key, small, store=store) for key in keys] for store in stores)
    for run in nightly:
        stage.run_signatures(run)
        stage.run(run)
    for run in backfill:
        stage.run_signatures(run)
    for run in reversed(backfill):
        stage.run(run)
    files = [published(store) for store in stores]
    assert files[0] == files[1]
    assert (
        sum(store.open("deduped", key).footer.counts.dropped_total.documents for key in keys) > 20
    )
    for again in (nightly[3], replace(nightly[3], republish=True)):
        stage.run_signatures(again)
        stage.run(again)
        assert published(stores[0]) == files[0]


def published(store: Store) -> dict[str, bytes]:
    root = Path(store.files.root)
    files = (path for path in root.rglob("*") if path.is_file() and ".locks" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_many_identical_and_templated_documents_are_compared_linearly(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    copies = [natural(f"copy{number:03}", text("river")) for number in range(400)]
    pages = [natural(f"page{number:03}", text("hill") + f" page {number}") for number in range(200)]
    write_batch(store, FIRST, [*copies, *pages], admission=1)
    footer = deduplicate(make_run, small, FIRST)
    assert kept(store.open("deduped", FIRST)) == ["copy000", "page000"]
    assert footer.counts.other["pairs_compared"] < 2 * len(pages)


def test_texts_without_words_are_judged_by_their_hash_only(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    blank = [natural("a", "..."), natural("b", "!!!"), natural("c", "...")]
    write_batch(store, FIRST, [*blank, natural("d", "")], admission=1)
    deduplicate(make_run, small, FIRST)
    assert kept(store.open("deduped", FIRST)) == ["a", "b", "d"]


def test_an_empty_batch_and_an_empty_corpus_pass(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, FIRST, [], admission=1)
    footer = deduplicate(make_run, small, FIRST)
    assert footer.counts.read.documents == 0
    assert not footer.broken_laws


def test_an_earlier_batch_without_signatures_is_named_with_the_two_ways_out(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, FIRST, [natural("a", text("river"))], admission=1)
    write_batch(store, SECOND, [natural("b", text("river"))], admission=2)
    with pytest.raises(CorpusError, match=f"{FIRST} was admitted before .*batch abandon {FIRST}"):
        deduplicate(make_run, small, SECOND)
    assert not store.has("deduped", SECOND)
    abandon(store, FIRST)
    deduplicate(make_run, small, SECOND)
    assert kept(store.open("deduped", SECOND)) == ["b"]


def test_only_a_planned_batch_can_be_abandoned(store: Store) -> None:
    with pytest.raises(InputError, match="never planned"):
        abandon(store, FIRST)


@pytest.mark.parametrize(("name", "value"), [("seed", 2), ("bands", 7), ("rows", 4), ("ngram", 3)])
def test_signatures_of_other_parameters_are_refused(
    store: Store, profile: Profile, make_run: MakeRun, name: str, value: int
) -> None:
    write_batch(store, FIRST, [natural("a", text("river"))], admission=1)
    write_batch(store, SECOND, [natural("b", text("river"))], admission=2)
    stage.run_signatures(make_run(FIRST, only_faq(profile, **{name: value})))
    with pytest.raises(CorpusError, match=f"signatures of batch {FIRST} .*{name} = {value}"):
        deduplicate(make_run, only_faq(profile), SECOND)


def test_signatures_older_than_their_corpus_are_refused(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, FIRST, [natural("a", text("river"))], admission=1)
    stage.run_signatures(make_run(FIRST, small))
    write_batch(store, FIRST, [natural("a", text("hill"))], admission=1)
    with pytest.raises(CorpusError, match="another version of filtered"):
        stage.run(make_run(FIRST, small))


def test_an_earlier_text_that_is_gone_is_judged_by_the_signatures_estimate(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, FIRST, [natural("a", text("river"))], admission=1)
    write_batch(store, SECOND, [natural("b", text("river", 1))], admission=2)
    stage.run_signatures(make_run(FIRST, small))
    store.files.remove(f"filtered/{FIRST}.parquet")
    footer = deduplicate(make_run, small, SECOND)
    row = store.open("deduped", SECOND).dropped().to_dicts()[0]
    assert row["duplicate_of"] == "a"
    assert "estimated" in row["drop_limit"]
    assert footer.counts.other["pairs_estimated"] == 1


def test_the_inputs_name_every_batch_that_judged(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    for number, batch in enumerate((FIRST, SECOND)):
        write_batch(store, batch, [natural(batch, text("river"))], admission=number)
        footer = deduplicate(make_run, small, batch)
    assert sorted(footer.inputs) == ["filtered", MADE, "signatures", f"signatures/{FIRST}"]


def test_versions_follow_what_shapes_the_rows(profile: Profile) -> None:
    looser = only_faq(profile, threshold=0.7)
    assert stage.code_version(looser) != stage.code_version(profile)
    assert stage.signatures_version(looser) == stage.signatures_version(profile)
    assert stage.signatures_version(only_faq(profile, seed=2)) != stage.signatures_version(profile)


def test_a_cancelled_run_publishes_nothing(store: Store, small: Profile, make_run: MakeRun) -> None:
    write_batch(store, FIRST, corpus_of(1), admission=1)
    stage.run_signatures(make_run(FIRST, small))
    with pytest.raises(CancelledError):
        stage.run(make_run(FIRST, small, cancelled=lambda: True))
    assert not store.has("deduped", FIRST)
