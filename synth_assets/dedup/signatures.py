"""signatures: one row per document that deduped will judge, with all it needs but the text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.stage import StageRun, versions
from synth_assets.corpus.store import Corpus
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.dedup.abandoned import is_abandoned
from synth_assets.dedup.index import BANDS, content_keys, save_bands
from synth_assets.dedup.late import Membership, admit_late, is_fixed, membership
from synth_assets.dedup.making import Making
from synth_assets.dedup.minhash import MinHasher
from synth_assets.dedup.version import SIGNATURE_COLUMNS, parameters
from synth_assets.errors import CancelledError
from synth_assets.ingest.plan import load_manifest
from synth_assets.profile.dedup import DedupProfile
from synth_assets.profile.model import Profile
from synth_assets.text.columns import Int64s, UInt32s

TEXTS_AT_ONCE = 4096

_INPUT_COLUMNS = ("doc_id", "root_ids", "parent_ids", "kind", "relation", "content_hash", "lang")


def judged_corpora(profile: Profile) -> list[str]:
    """Every corpus whose documents deduped judges, natural ones first."""
    rewritten = [f"rewritten/{name}" for name in profile.rewriting.recipes]
    translated = [f"translated/{lang}" for lang in profile.translation.targets]
    return ["filtered", *rewritten, *translated, *profile.translation.made_documents]


def hasher_of(dedup: DedupProfile) -> MinHasher:
    return MinHasher(dedup.ngram, dedup.bands, dedup.rows, dedup.seed)


def judged_inputs(run: StageRun, own: Membership) -> list[Corpus]:
    """The corpora that hold a batch's rows: its own, or those of the batch it is late of."""
    lawful = not run.force
    return [run.store.open(name, own.origin, lawful=lawful) for name in judged_corpora(run.profile)]


def run_signatures(run: StageRun) -> Footer:
    """Signatures of one batch of `filtered` and all that was made from it.

    Signatures that a batch was judged by stay as they are, and rows that they do not know are
    planned as a late batch; see `dedup.late`. Only a run with `republish` replaces them.
    """
    own = membership(run.store, run.batch)
    inputs = judged_inputs(run, own)
    if (published := _fixed(run)) is not None:
        known = published.read(["doc_id"])["doc_id"]
        if late := admit_late(run.store, inputs, known, own):
            run.log(
                f"signatures of batch {run.batch} were judged by and stay; {late:,} rows that "
                f"came since are planned as a late batch"
            )
        return published.footer
    if not is_abandoned(run.store, run.batch):
        return _write(run, inputs, own)
    footer = _write(run, inputs, Membership.none(own.origin))
    admit_late(run.store, inputs, pl.Series([], dtype=pl.String), own)
    return footer


def _fixed(run: StageRun) -> Corpus | None:
    """The published signatures, where they are to stay."""
    if run.republish or not run.store.has("signatures", run.batch):
        return None
    if not is_fixed(run.store, load_manifest(run.store, run.batch)):
        return None
    return run.store.open("signatures", run.batch)


def _write(run: StageRun, inputs: list[Corpus], own: Membership) -> Footer:
    hasher = hasher_of(run.profile.dedup)
    with run.store.write(
        "signatures",
        run.batch,
        schema=SIGNATURE_COLUMNS,
        code_version=run.code_version,
        inputs=versions(inputs),
        documents=False,
    ) as writer:
        making = Making.of(writer, hasher, run.profile.dedup, _ranks(inputs, own))
        rows = _sign(run, _Slices(inputs, own), making, writer)
        if without := making.finish():
            run.log(
                f"signatures of batch {run.batch}: {without:,} documents have no embedding (the "
                f"model knows English alone); they are compared by their words"
            )
        _save_bands(writer.attachment(BANDS), rows, making.minhash, hasher)
        writer.keep(rows)
        writer.counts.other = parameters(run.profile.dedup)
        given = {corpus.name: corpus.footer.counts.kept.documents for corpus in inputs}
        made = {"signatures": writer.counts.kept.documents}
        if not own.is_whole:
            made["of another admission"] = sum(given.values()) - _count(inputs, own)
        return writer.commit(Law("documents", given, made))


def _count(inputs: list[Corpus], own: Membership) -> int:
    frames = (frame for corpus in inputs for frame in corpus.frames(["doc_id"]))
    return sum(int(own.mask(frame["doc_id"]).sum()) for frame in frames)


def _ranks(inputs: list[Corpus], own: Membership) -> Int64s:
    """The place of each row of the batch in the order of precedence."""
    frames = [frame for corpus in inputs for frame in corpus.frames(["doc_id", "kind"])]
    if not own.is_whole:
        frames = [frame.filter(own.mask(frame["doc_id"])) for frame in frames]
    order = pl.concat(frames).select(
        pl.struct(pl.col("kind") != "natural", "doc_id").arg_sort().alias("order")
    )
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order["order"].to_numpy()] = np.arange(len(order))
    return ranks


def _sign(
    run: StageRun,
    slices: Iterable[tuple[str, int, pa.Table]],
    making: Making,
    writer: CorpusWriter,
) -> pl.DataFrame:
    """Signs the texts; returns all rows in precedence."""
    parts, done = [], 0
    for corpus, group, table in slices:
        if run.cancelled():
            raise CancelledError(f"signatures of batch {run.batch} were stopped")
        places, counts = making.add(table, done)
        frame = _row_frame(table, corpus, group)
        writer.read(frame)
        parts.append(
            frame.with_columns(row=pl.Series(places, dtype=pl.UInt32), n_shingles=pl.Series(counts))
        )
        done += len(table)
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=dict(SIGNATURE_COLUMNS))
    return rows.sort("row").select(list(SIGNATURE_COLUMNS))


@dataclass(frozen=True)
class _Slices:
    """The rows of a batch a few thousand at a time, in Arrow's own layout, with the corpus and the
    number of the row group that they are from."""

    inputs: list[Corpus]
    own: Membership

    def __iter__(self) -> Iterator[tuple[str, int, pa.Table]]:
        for corpus in self.inputs:
            for group, table in _slices(corpus):
                chosen = table if self.own.is_whole else self._own_rows(table)
                if len(chosen):
                    yield corpus.name, group, chosen

    def _own_rows(self, table: pa.Table) -> pa.Table:
        doc_ids = pl.Series(table["doc_id"])
        return table.filter(self.own.mask(doc_ids).to_arrow())


def _slices(corpus: Corpus) -> Iterator[tuple[int, pa.Table]]:
    with corpus.files.open(corpus.file) as stream, pq.ParquetFile(stream) as parquet:
        known = [name for name in _INPUT_COLUMNS if name in parquet.schema_arrow.names]
        for group in range(parquet.num_row_groups):
            table = parquet.read_row_group(group, columns=[*known, "text"])
            for first in range(0, len(table), TEXTS_AT_ONCE):
                yield group, table.slice(first, TEXTS_AT_ONCE)


def _row_frame(table: pa.Table, corpus: str, group: int) -> pl.DataFrame:
    frame = pl.from_arrow(table.drop_columns(["text"]))
    assert isinstance(frame, pl.DataFrame)
    if "relation" not in frame.columns:
        frame = frame.with_columns(relation=pl.lit(None, dtype=pl.String))
    return frame.select(
        "doc_id",
        corpus=pl.lit(corpus),
        row_group=pl.lit(group, dtype=pl.Int64),
        family=_family(),
        parent_ids="parent_ids",
        kind="kind",
        relation="relation",
        content_hash="content_hash",
    )


def _family() -> pl.Expr:
    return (
        pl.concat_list(pl.col("root_ids", "parent_ids").fill_null([]), "doc_id")
        .list.unique()
        .list.sort()
    )


def _save_bands(path: Path, rows: pl.DataFrame, minhash: UInt32s, hasher: MinHasher) -> None:
    """The index of the rows that can judge a later one: of each content hash the first, and the
    first that is no kin of it."""
    chosen = first_two(rows)["row"].to_numpy().astype(np.int64)
    save_bands(path, hasher, minhash, chosen, content_keys(rows["content_hash"])[chosen])


def first_two(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each content hash the first row, and the first that is of another family: whoever another
    one of them could judge, one of those two does."""
    repeated = rows.filter(pl.col("content_hash").is_duplicated())
    if repeated.is_empty():
        return rows
    first_family = pl.col("family").first().over("content_hash")
    chosen = (
        repeated.with_columns(first_family.alias("_family"))
        .with_columns(_kin=pl.col("family").list.set_intersection("_family").list.len() > 0)
        .unique(["content_hash", "_kin"], keep="first", maintain_order=True)
    )
    single = rows.filter(pl.col("content_hash").is_unique())
    return pl.concat([single, chosen.select(rows.columns)]).sort("row")
