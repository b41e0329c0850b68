"""The check that every document of deduped was judged, and completeness beside late batches."""

import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.profile import Profile
from synth_assets.quality.checks import load_checks, run_checks
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.dedup.corpora import (
    MADE,
    child,
    deduplicate,
    essay,
    natural,
    only_faq,
    write_batch,
    write_corpus,
)

BATCH = "2026-01-01"
CHECKS = {check.name: check for check in load_checks()}


def failing(store: Store, name: str, corpus: str, inputs: list[str]) -> list[str]:
    (verdict,) = run_checks(store, corpus, BATCH, inputs, [CHECKS[name]])
    assert verdict.error is None
    return verdict.found.rows["doc_id"].to_list()


def test_a_document_without_signature_is_found(
    store: Store, profile: Profile, make_run: MakeRun
) -> None:
    write_batch(store, BATCH, [natural("a", " ".join(essay("river")))], admission=1)
    deduplicate(make_run, only_faq(profile), BATCH)
    inputs = ["filtered", MADE, "signatures"]
    assert failing(store, "documents_were_judged", "deduped", inputs) == []
    rows = store.open("deduped", BATCH).read()
    smuggled = rows.with_columns(doc_id=pl.lit("smuggled"))
    with store.write("deduped", BATCH, schema=rows.schema, code_version="1", inputs={}) as writer:
        writer.keep(pl.concat([rows, smuggled]))
        writer.commit()
    assert failing(store, "documents_were_judged", "deduped", inputs) == ["smuggled"]


def test_rows_of_a_late_batch_are_not_missed_but_others_are(
    store: Store, profile: Profile, make_run: MakeRun
) -> None:
    parent, small = natural("a", " ".join(essay("river"))), only_faq(profile)
    write_batch(store, BATCH, [parent], admission=1)
    deduplicate(make_run, small, BATCH)
    write_corpus(store, MADE, BATCH, [child("late", parent, "text")], "adds")
    inputs = ["filtered", MADE]
    assert failing(store, "signatures_complete", "signatures", inputs) == ["late"]
    deduplicate(make_run, small, BATCH)  # plans the late batch
    assert failing(store, "signatures_complete", "signatures", inputs) == []
