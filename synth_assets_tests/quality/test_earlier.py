"""Checks against earlier batches: drift of length, yield and language; what is old or torn."""

from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.document import content_hash
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.quality.checks import Verdict, load_checks, run_checks
from synth_assets_tests.corpora import document, frame, publish

CHECKS = {check.name: check for check in load_checks()}
EARLIER = [f"2026-01-0{day}" for day in range(1, 6)]
NOW = "2026-01-09"


def verdict(store: Store, name: str, corpus: str = "filtered", inputs=("raw_web",)) -> Verdict:
    (found,) = run_checks(store, corpus, NOW, inputs, [CHECKS[name]])
    assert found.error is None
    return found


def batch(store: Store, key: str, *, words: int = 100, catalan: int = 20, kept: int = 80) -> None:
    """100 documents read, `kept` kept; `catalan` of the kept are Catalan."""
    rows = frame(
        [
            document(n, "word " * words, lang="cat_Latn" if n < catalan else "eng_Latn")
            for n in range(100)
        ]
    )
    with store.write("filtered", key, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.read(rows)
        writer.keep(rows.head(kept))
        writer.drop(rows.tail(100 - kept).with_columns(drop_reason=pl.lit("short")))
        writer.commit()


@pytest.fixture
def history(store: Store) -> Store:
    for number, key in enumerate(EARLIER):
        batch(store, key, words=98 + number, catalan=19 + number, kept=79 + number % 2)
    return store


def test_a_batch_like_the_earlier_ones_passes(history: Store) -> None:
    batch(history, NOW)
    for name in ("length_drift", "yield_drift", "language_drift"):
        assert verdict(history, name).passed, name


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("length_drift", {"words": 140}),
        ("length_drift", {"words": 60}),
        ("yield_drift", {"kept": 40}),
        ("language_drift", {"catalan": 60}),
        ("language_drift", {"catalan": 0}),
    ],
)
def test_a_batch_unlike_the_earlier_ones_warns(history: Store, name: str, changes: dict) -> None:
    batch(history, NOW, **changes)
    found = verdict(history, name)
    assert not found.passed
    assert found.check.severity == "warn"
    assert found.found.rows["batches"].to_list()[0] == len(EARLIER)


def test_two_batches_are_no_history(store: Store) -> None:
    for key in EARLIER[:2]:
        batch(store, key)
    batch(store, NOW, words=900, catalan=80, kept=20)
    for name in ("length_drift", "yield_drift", "language_drift"):
        assert verdict(store, name).passed, name


def test_rows_that_were_not_counted_are_found(store: Store) -> None:
    batch(store, NOW)
    assert verdict(store, "rows_match_counts").passed
    assert verdict(store, "documents_conserved").passed
    rows = frame([document(n, "word word") for n in range(9)])
    with store.write("filtered", NOW, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.read(rows)
        writer.keep(rows.head(8))
        writer.commit()
    lost = verdict(store, "documents_conserved")
    assert lost.found.rows.row(0) == (9, 8, 0)
    assert lost.check.blocking


def test_counts_that_lie_are_found(store: Store) -> None:
    rows = frame([document(n, "word word") for n in range(9)])
    with store.write("deduped", NOW, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.read(rows)
        writer.keep(rows)
        writer.counts.kept.tokens -= 1
        writer.commit()
    assert not verdict(store, "rows_match_counts", "deduped").passed
    assert not verdict(store, "tokens_conserved", "deduped").passed


def test_a_torn_sidecar_and_an_undeclared_type_are_found(store: Store) -> None:
    batch(store, NOW)
    assert verdict(store, "sidecars_whole").passed
    assert verdict(store, "stored_schema").passed
    path = Path(store.open("filtered", NOW).sidecar_path())
    path.write_bytes(path.read_bytes() + b"x")
    assert not verdict(store, "sidecars_whole").passed
    odd = DOCUMENT | {"n_words": pl.String()}
    with store.write("filtered", NOW, schema=odd, code_version="1", inputs={}) as writer:
        writer.keep(frame([document(1, "a")]))
        writer.commit()
    (row,) = verdict(store, "stored_schema").found.rows.to_dicts()
    assert row == {"column": "n_words", "declared": "Int64", "stored": "String"}


def test_an_input_that_was_made_again_warns(store: Store) -> None:
    raw = publish(store, [document(1, "first")], "raw_web", NOW)
    with store.write(
        "filtered", NOW, schema=DOCUMENT, code_version="1", inputs={"raw_web": raw.data_version}
    ) as writer:
        writer.commit()
    assert verdict(store, "inputs_unchanged").passed
    publish(store, [document(1, "second")], "raw_web", NOW)
    found = verdict(store, "inputs_unchanged")
    assert not found.passed
    assert found.found.rows["input"].to_list() == ["raw_web"]


ENGLISH = "The river rises in the hills behind the town and then runs slowly to the sea. "
CATALAN = (
    "El riu neix a les muntanyes de darrere del poble i després baixa a poc a poc fins al mar. "
)


@pytest.mark.parametrize(("others", "passes"), [(0, True), (1, True), (10, False)])
def test_translations_in_another_language_warn(store: Store, others: int, passes: bool) -> None:
    texts = [ENGLISH * 3 if n < others else CATALAN * 3 for n in range(60)]
    rows = [document(n, text, lang="cat_Latn") for n, text in enumerate(texts)]
    publish(store, rows, "translated/cat_Latn", NOW)
    found = verdict(store, "off_target", "translated/cat_Latn")
    assert found.passed == passes
    assert found.found.failing == (0 if passes else others)


REQUESTS = {"doc_id": pl.String(), "outcome": pl.String()}
MADE = "rewritten/faq"


def generated(store: Store, outcomes: list[str], *, requests: list[str], **figures: int) -> None:
    """Parents with these outcomes, requests of these outcomes, and what was counted of them."""
    parents = [document(n, f"Text {n}.") for n in range(len(outcomes))]
    publish(store, parents, "filtered", NOW)
    with store.write(MADE, NOW, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        for name, values in {"outcomes": outcomes, "requests": requests}.items():
            writer.sidecar(name, REQUESTS)
            ids = [parents[n % len(parents)].doc_id for n in range(len(values))]
            listed = pl.DataFrame({"doc_id": ids, "outcome": values}, schema=REQUESTS)
            writer.add(name, listed.filter(pl.col("outcome") != ""))
        writer.counts.other = figures
        writer.commit()


def test_what_became_of_parents_and_requests_is_whole(store: Store) -> None:
    good = {"requests_accepted": 38, "requests_failed": 2, "parents_with_children": 40}
    generated(store, ["made"] * 40, requests=["accepted"] * 38 + ["failed"] * 2, **good)
    names = ("outcomes_complete", "requests_accounted", "requests_failed", "yield_band")
    for name in names:
        assert verdict(store, name, MADE, ["filtered"]).passed, name
    bad = {"requests_accepted": 38, "parents_with_children": 5, "parents_dropped": 35}
    generated(store, ["made"] * 39 + [""], requests=["accepted"] * 30 + ["failed"] * 9, **bad)
    for name in names:
        assert not verdict(store, name, MADE, ["filtered"]).passed, name


def test_many_duplicates_warn(store: Store) -> None:
    rows = frame([document(n, f"Text {n}.") for n in range(10)])
    for dropped, passes in ((5, True), (6, False)):
        gone = rows.tail(dropped).with_columns(
            drop_reason=pl.lit("near_duplicate"), content_hash=pl.lit(content_hash("x"))
        )
        with store.write("filtered", NOW, schema=DOCUMENT, code_version="1", inputs={}) as writer:
            writer.read(rows)
            writer.keep(rows.head(10 - dropped))
            writer.drop(gone)
            writer.commit()
        assert verdict(store, "duplicate_rate").passed == passes


def test_a_cluster_keeps_one(store: Store) -> None:
    columns = {"cluster_id": pl.String(), "doc_id": pl.String(), "batch": pl.String()}
    columns |= {"kept": pl.Boolean()}
    for kept, passes in ((1, True), (2, False)):
        members = [("a", str(n), NOW, n < kept) for n in range(3)]
        with store.write("deduped", NOW, schema=DOCUMENT, code_version="1", inputs={}) as writer:
            writer.sidecar("clusters", columns)
            writer.add("clusters", pl.DataFrame(members, schema=columns, orient="row"))
            writer.commit()
        assert verdict(store, "clusters_keep_one", "deduped").passed == passes
