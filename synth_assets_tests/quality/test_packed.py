"""Checks of packed: every token of every document once and whole."""

from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.store import Store
from synth_assets.packing import stage
from synth_assets.packing.documents import DOCUMENTS
from synth_assets.profile import Profile
from synth_assets.quality.checks import load_checks, run_checks
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.packing.corpora import small_tokenizer, with_packing, write_deduped

BATCH = "2026-01-01"
CHECKS = [check for check in load_checks() if check.concerns("packed")]
TEXTS = ["the quick brown fox", "pack my box with five dozen jugs, " * 6, "short"]


def failed(store: Store) -> set[str]:
    verdicts = run_checks(store, "packed", BATCH, ["deduped"], CHECKS)
    assert [item.error for item in verdicts if item.error] == []
    return {item.check.name for item in verdicts if not item.passed}


@pytest.fixture
def packed(store: Store, profile: Profile, tmp_path: Path, make_run: MakeRun) -> Store:
    tokenizer = small_tokenizer(tmp_path / "bpe")
    write_deduped(store, BATCH, TEXTS, tokenizer)
    stage.run(make_run(profile=with_packing(profile, tokenizer, 32)))
    return store


def rewrite(store: Store, rows: pl.DataFrame, documents: pl.DataFrame) -> None:
    corpus = store.open("packed", BATCH)
    dropped = corpus.dropped()
    inputs = corpus.footer.inputs
    with store.write(
        "packed", BATCH, schema=rows.schema, code_version="1", inputs=inputs, documents=False
    ) as writer:
        writer.sidecar("dropped", dropped.schema)
        writer.sidecar("documents", DOCUMENTS)
        writer.add("documents", documents)
        writer.keep(rows)
        writer.commit()


def test_what_the_stage_packs_passes(packed: Store) -> None:
    assert failed(packed) == set()


def test_a_lost_sequence_is_found(packed: Store) -> None:
    corpus = packed.open("packed", BATCH)
    documents = pl.concat(corpus.sidecar_frames("documents"))
    rewrite(packed, corpus.read().tail(-1), documents)
    assert failed(packed) == {"packed_tokens_conserved"}


def test_a_repeated_sequence_is_found(packed: Store) -> None:
    corpus = packed.open("packed", BATCH)
    documents = pl.concat(corpus.sidecar_frames("documents"))
    rows = corpus.read()
    rewrite(packed, pl.concat([rows, rows.head(1)]), documents)
    assert failed(packed) == {"packed_tokens_conserved", "sequences_differ"}


def test_a_document_that_was_left_out_is_found(packed: Store) -> None:
    corpus = packed.open("packed", BATCH)
    documents = pl.concat(corpus.sidecar_frames("documents"))
    gone = documents["doc_id"][0]
    spans = pl.col("spans").list.eval(pl.element().struct.field("doc_id"))
    rows = corpus.read().filter(~spans.list.contains(gone))
    rewrite(packed, rows, documents.filter(pl.col("doc_id") != gone))
    assert "every_document_packed" in failed(packed)


def spans(rows: pl.DataFrame, **fields: pl.Expr) -> pl.DataFrame:
    """The rows with fields of every span changed."""
    changed = pl.element().struct.with_fields(**fields)
    return rows.with_columns(pl.col("spans").list.eval(changed))


def test_a_token_of_no_document_is_found(packed: Store) -> None:
    corpus = packed.open("packed", BATCH)
    documents = pl.concat(corpus.sidecar_frames("documents"))
    rewrite(packed, spans(corpus.read(), doc_id=pl.lit("nobody's")), documents)
    assert "packed_documents_exist" in failed(packed)


def test_a_token_without_span_is_found(packed: Store) -> None:
    corpus = packed.open("packed", BATCH)
    documents = pl.concat(corpus.sidecar_frames("documents"))
    rewrite(packed, spans(corpus.read(), end=pl.field("end") - 1), documents)
    assert "spans_cover_sequences" in failed(packed)
