"""Parquet and JSON Lines files as one row of documents, read as streams."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from synth_assets.corpus.json_lines import has_lines, reading
from synth_assets.corpus.plain import (
    LINES_AT_ONCE,
    Columns,
    check_filled,
    check_texts,
    is_parquet,
)
from synth_assets.dedup.pages import pages_with
from synth_assets.dedup.plain_schema import as_rows_of, polars_schema, read_schema, union_of
from synth_assets.errors import InputError
from synth_assets.text.columns import Texts

SLICE_BYTES = 8 << 20
"""About what is in hand of a Parquet file at a time, uncompressed. Memory that is used again costs
less than memory that is kept: files are read once for each use."""

PAGE = {"data_page_size": 16 << 10, "write_batch_size": 8}
"""Pages of a few documents, so that one of them is read without its neighbours; pyarrow looks at a
page's size once in `write_batch_size` rows."""


class TableWriter(Protocol):
    """Where tables of one schema go."""

    def write_table(self, table: pa.Table) -> None: ...


class LinesWriter:
    """Tables to JSON Lines."""

    def __init__(self, path: Path) -> None:
        self._lines = path.open("wb")

    def __enter__(self) -> "LinesWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def write_table(self, table: pa.Table) -> None:
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)
        frame.write_ndjson(self._lines)


class PlainFiles:
    """The documents of several files, numbered in their order, with the columns of all of them:
    null where a document's file does not have one.

    Raises InputError, before a document is read, for files that do not fit together.
    """

    def __init__(self, paths: Sequence[Path], columns: Columns) -> None:
        if not paths:
            raise InputError("no file was given; Parquet and JSON Lines are read")
        self.columns = columns
        self._paths = [path.absolute() for path in paths]
        schemas = {path: read_schema(path, columns) for path in self._paths}
        for path, schema in schemas.items():
            check_texts(path, polars_schema(schema), columns)
        self.schema = union_of(schemas)
        self._counts = [_count(path) for path in self._paths]
        self.count = sum(self._counts)

    def tables(self) -> Iterator[tuple[int, pa.Table]]:
        """Number of the first document, and the documents, some megabytes at a time.

        Raises InputError for a document without text.
        """
        first = 0
        for path in self._paths:
            for table in _slices(path):
                check_filled(path, table[self.columns.text].null_count)
                yield first, as_rows_of(self.schema, table)
                first += len(table)

    def texts(self, rows: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Texts]]:
        """Numbers and texts of the chosen documents; `rows` is sorted. Reads the files that hold
        some of them."""
        first = 0
        for path, count in zip(self._paths, self._counts, strict=True):
            if _between(rows, first, count).size:
                at = first
                for table in _slices(path, [self.columns.text]):
                    numbers = _between(rows, at, len(table))
                    chosen = table[self.columns.text].take(pa.array(numbers - at))
                    yield numbers, Texts.of(chosen)
                    at += len(table)
            first += count

    def ids(self, table: pa.Table, first: int) -> pl.Series:
        """Of the documents of one table, as text."""
        if self.columns.id in table.column_names:
            return pl.Series("doc_id", table[self.columns.id]).cast(pl.String)
        numbers = map(str, range(first, first + len(table)))
        return pl.Series("doc_id", numbers, dtype=pl.String)

    def names(self) -> pl.Series:
        """The file of each document."""
        numbers = np.repeat(np.arange(len(self._paths)), self._counts)
        return pl.Series("corpus", map(str, self._paths), dtype=pl.String).gather(numbers)

    def writer(
        self, staged: Path, path: Path, extra: Sequence[pa.Field] = ()
    ) -> AbstractContextManager[TableWriter]:
        """Of the file `staged`, in the format that the name `path` asks for, with the columns of
        the documents and `extra` ones."""
        if not is_parquet(path):
            return LinesWriter(staged)
        schema = self.schema
        for column in extra:
            schema = schema.append(column)
        writer: AbstractContextManager[TableWriter] = pq.ParquetWriter(
            staged,
            schema,
            compression="zstd",
            use_dictionary=False,
            # the least and the greatest text of every page would be an eighth of the file
            write_statistics=[name for name in schema.names if name != self.columns.text],
            **PAGE,
        )
        return writer


def _between(rows: NDArray[np.int64], first: int, count: int) -> NDArray[np.int64]:
    """Those of the sorted numbers that lie within `count` from `first` on."""
    low, high = np.searchsorted(rows, [first, first + count])
    return rows[low:high]


def _slices(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """A file in order."""
    if not is_parquet(path):
        if not has_lines(path):
            return
        rows = pl.scan_ndjson(path, infer_schema_length=None)
        for frame in (rows.select(columns) if columns else rows).collect_batches(
            chunk_size=LINES_AT_ONCE, maintain_order=True
        ):
            yield frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        return
    with pq.ParquetFile(path) as parquet:
        for batch in parquet.iter_batches(_rows_at_once(parquet.metadata), columns=columns):
            yield pa.Table.from_batches([batch])


def _rows_at_once(about: pq.FileMetaData) -> int:
    """Rows of about SLICE_BYTES, going by the mean."""
    total = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
    return max(1, SLICE_BYTES * about.num_rows // max(total, 1)) if about.num_rows else 1


def _count(path: Path) -> int:
    """How many documents a file holds. Raises InputError where it cannot be read."""
    with reading(path, lines=not is_parquet(path)):
        if is_parquet(path):
            return int(pq.read_metadata(path).num_rows)
        lines = pl.scan_ndjson(path, infer_schema_length=None)
        return int(lines.select(pl.len()).collect().item()) if has_lines(path) else 0


def some_texts(path: Path, columns: Columns, ids: list[str]) -> Iterator[tuple[list[str], Texts]]:
    """Ids and texts of some documents of a file that an earlier call wrote, as far as they are
    there."""
    if not path.exists():
        return
    schema = pl.read_parquet_schema(path)
    if columns.id in schema:
        wanted = pl.Series(ids, dtype=pl.String).cast(schema[columns.id], strict=False)
        frame = pages_with(str(path), columns.id, wanted, [columns.id, columns.text])
        yield frame[columns.id].cast(pl.String).to_list(), Texts.of(frame[columns.text].to_arrow())
