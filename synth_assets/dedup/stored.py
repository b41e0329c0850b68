"""Texts of admitted documents, read again where they lie.

A corpus may have been made again since its documents were admitted: a changed prompt replaces the
rows of a recipe. What was judged then still lies in `deduped`, kept or dropped, which stays as it
was published. So a rerun judges by the same texts as the first run did.
"""

from collections.abc import Iterator, Mapping
from functools import cache

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from synth_assets.corpus.store import Corpus, Store
from synth_assets.dedup.editing import SIDECAR as EDITED
from synth_assets.dedup.pages import corpus_rows, pages_with
from synth_assets.dedup.similarity import TextSource
from synth_assets.ingest.plan import load_manifest
from synth_assets.takedown.register import REASON as TAKEN_DOWN
from synth_assets.text.columns import Texts

FEW = 0.02
"""Share of a file's rows up to which single pages are read, not the whole column."""

COLUMNS = ["doc_id", "content_hash", "text"]

Found = tuple[list[str], Texts]


def stored_texts(store: Store) -> TextSource:
    """Texts of published corpora, as they were when their documents were admitted."""

    @cache
    def origin(batch: str) -> str:
        return load_manifest(store, batch).late_of or batch

    def source(batch: str, corpus: str, wanted: Mapping[str, str]) -> Iterator[Found]:
        missing = dict(wanted)
        for found in _everywhere(store, batch, Corpus(store.files, corpus, origin(batch)), missing):
            for doc_id in found[0]:
                del missing[doc_id]
            if found[0]:
                yield found

    return source


def _everywhere(
    store: Store, batch: str, corpus: Corpus, missing: Mapping[str, str]
) -> Iterator[Found]:
    """From the corpus, then from what was judged of it, as long as something is missing."""
    if store.has(corpus.name, corpus.batch):
        yield from _texts(corpus, missing)
    if missing and store.has("deduped", batch):
        judged = store.open("deduped", batch, lawful=False)
        yield _unchanged(_table(corpus_rows(judged, "doc_id", _ids(missing), COLUMNS)), missing)
        if missing:
            yield _unchanged(_table(_dropped_rows(judged, missing)), missing)
        if missing and EDITED in judged.footer.sidecars:
            yield _unchanged(_table(_edited_rows(judged, missing)), missing)


def _texts(corpus: Corpus, wanted: Mapping[str, str]) -> Iterator[Found]:
    """A row group at a time where many are wanted."""
    if len(wanted) <= FEW * corpus.footer.counts.kept.documents:
        yield _unchanged(_table(corpus_rows(corpus, "doc_id", _ids(wanted), COLUMNS)), wanted)
        return
    with corpus.files.open(corpus.file) as stream, pq.ParquetFile(stream) as parquet:
        chosen = pa.array(list(wanted), pa.large_string())
        for group in range(parquet.num_row_groups):
            table = parquet.read_row_group(group, columns=COLUMNS)
            yield _unchanged(table.filter(pc.is_in(table["doc_id"], chosen)), wanted)


def _unchanged(table: pa.Table, wanted: Mapping[str, str]) -> Found:
    """The rows whose text is that which was admitted."""
    pairs = zip(table["doc_id"].to_pylist(), table["content_hash"].to_pylist(), strict=True)
    same = [wanted.get(doc_id) == content for doc_id, content in pairs]
    if not all(same):
        table = table.filter(pa.array(same, pa.bool_()))
    return table["doc_id"].to_pylist(), Texts.of(table["text"])


def _dropped_rows(judged: Corpus, wanted: Mapping[str, str]) -> pl.DataFrame:
    """Without those that were taken down: their text is gone."""
    columns = [*COLUMNS, "drop_reason"]
    if judged.files.is_local:
        path = judged.sidecar_path("dropped")
        found = pages_with(path, "doc_id", _ids(wanted), columns)
    else:
        chosen = pl.col("doc_id").is_in(_ids(wanted).implode())
        frames = judged.sidecar_frames("dropped", columns)
        found = pl.concat(rows.filter(chosen) for rows in frames)
    return found.filter(pl.col("drop_reason") != TAKEN_DOWN)


def _edited_rows(judged: Corpus, wanted: Mapping[str, str]) -> pl.DataFrame:
    """As they were before paragraphs were taken out."""
    columns = ["parent_id", *COLUMNS[1:]]
    chosen = pl.col("parent_id").is_in(_ids(wanted).implode())
    frames = judged.sidecar_frames(EDITED, columns)
    return pl.concat(rows.filter(chosen) for rows in frames).rename({"parent_id": "doc_id"})


def _table(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _ids(wanted: Mapping[str, str]) -> pl.Series:
    return pl.Series(list(wanted), dtype=pl.String)
