"""signatures: one row per document that deduped will judge, with all it needs but the text."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import Schema
from synth_assets.corpus.stage import StageRun, versions
from synth_assets.corpus.store import Corpus
from synth_assets.dedup.minhash import MinHasher
from synth_assets.errors import CancelledError
from synth_assets.hashing import digest_json
from synth_assets.profile.model import DedupProfile, Profile

SIGNATURES_VERSION = 1
TEXTS_AT_ONCE = 4096

SIGNATURE_COLUMNS: Schema = {
    "doc_id": pl.String(),
    # where its text is read again when a match must be verified
    "corpus": pl.String(),
    "row_group": pl.Int64(),
    # its own, its parents' and its roots' ids: documents that share one are of one family
    "family": pl.List(pl.String()),
    "parent_ids": pl.List(pl.String()),
    "kind": pl.String(),
    # adds, supersedes or extends, as its recipe declares; null for natural documents
    "relation": pl.String(),
    "content_hash": pl.String(),
    "n_shingles": pl.Int64(),
    # one 64-bit hash per band; none for a text without words
    "bands": pl.List(pl.UInt64()),
    "signature": pl.List(pl.UInt32()),
}


def judged_corpora(profile: Profile) -> list[str]:
    """Every corpus whose documents deduped judges, natural ones first."""
    rewritten = [f"rewritten/{name}" for name in profile.rewriting.recipes]
    translated = [f"translated/{lang}" for lang in profile.translation.targets]
    return ["filtered", *rewritten, *translated]


def parameters(dedup: DedupProfile) -> dict[str, int]:
    """What two signatures must share to be comparable; stored with every batch of them."""
    return {
        "ngram": dedup.ngram,
        "bands": dedup.bands,
        "rows": dedup.rows,
        "seed": dedup.seed,
        "version": SIGNATURES_VERSION,
    }


def signatures_version(profile: Profile) -> str:
    """Digest of what shapes the signatures; the thresholds are none of it."""
    return digest_json(["signatures", parameters(profile.dedup)])


def run_signatures(run: StageRun) -> Footer:
    """Signatures of one batch of `filtered` and all that was made from it."""
    inputs = [run.open(corpus) for corpus in judged_corpora(run.profile)]
    dedup = run.profile.dedup
    hasher = MinHasher(dedup.ngram, dedup.bands, dedup.rows, dedup.seed)
    with run.store.write(
        "signatures",
        run.batch,
        schema=SIGNATURE_COLUMNS,
        code_version=run.code_version,
        inputs=versions(inputs),
        documents=False,
    ) as writer:
        for corpus in inputs:
            for group, frame in _slices(corpus):
                if run.cancelled():
                    raise CancelledError(f"signatures of batch {run.batch} were stopped")
                writer.read(frame)
                writer.keep(_rows(frame, corpus.name, group, hasher))
        writer.counts.other = parameters(dedup)
        given = {corpus.name: corpus.footer.counts.kept.documents for corpus in inputs}
        made = {"signatures": writer.counts.kept.documents}
        return writer.commit(Law("documents", given, made))


def _slices(corpus: Corpus) -> Iterator[tuple[int, pl.DataFrame]]:
    """Each row group's number with its rows, a few thousand at a time."""
    for group, frame in enumerate(corpus.frames()):
        for part in frame.iter_slices(TEXTS_AT_ONCE):
            yield group, part


def _rows(frame: pl.DataFrame, corpus: str, group: int, hasher: MinHasher) -> pl.DataFrame:
    signed = [hasher.signature(text) for text in frame["text"]]
    table = np.array([signature for signature, _ in signed], dtype=np.uint32)
    table = table.reshape(-1, hasher.num_perm)
    bands = pl.Series("bands", hasher.band_hashes(table)).cast(pl.List(pl.UInt64))
    if "relation" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("relation"))
    return frame.select(
        "doc_id",
        pl.lit(corpus).alias("corpus"),
        pl.lit(group).alias("row_group"),
        _family().alias("family"),
        "parent_ids",
        "kind",
        "relation",
        "content_hash",
        pl.Series("n_shingles", [count for _, count in signed], dtype=pl.Int64),
        bands,
        pl.Series("signature", table).cast(pl.List(pl.UInt32)),
    ).with_columns(pl.when(pl.col("n_shingles") > 0).then("bands").otherwise([]).alias("bands"))


def _family() -> pl.Expr:
    return (
        pl.concat_list(pl.col("root_ids", "parent_ids").fill_null([]), "doc_id")
        .list.unique()
        .list.sort()
    )
