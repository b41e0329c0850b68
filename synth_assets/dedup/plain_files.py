"""Parquet and JSON Lines files as one row of documents, kept in memory as long as they fit."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from synth_assets.corpus.plain import Columns, is_parquet
from synth_assets.dedup.pages import pages_with
from synth_assets.errors import InputError
from synth_assets.text.columns import Texts

ROOM_BYTES = 1 << 30
"""Documents up to this size are read once and kept; beyond, they are read once for each use."""


class PlainFiles:
    """The documents of several files of one schema, numbered in their order."""

    def __init__(self, paths: Sequence[Path], columns: Columns) -> None:
        if not paths:
            raise InputError("no file was given; Parquet and JSON Lines are read")
        self.columns = columns
        self._paths = [path.absolute() for path in paths]
        self._kept: dict[Path, list[pa.Table]] = {}
        self._met = set[Path]()
        self.schema = pa.schema([])  # as the documents have it, once they were read
        self._room = ROOM_BYTES
        self._counts = [_count(path) for path in self._paths]
        self.count = sum(self._counts)

    def tables(self) -> Iterator[tuple[int, pa.Table]]:
        """Number of the first document, and the documents, a row group at a time."""
        first = 0
        for path in self._paths:
            for table in self._tables_of(path):
                yield first, table
                first += len(table)

    def texts(self, rows: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Texts]]:
        """Numbers and texts of the chosen documents; `rows` is sorted. Reads the files that hold
        some of them."""
        first = 0
        for path, count in zip(self._paths, self._counts, strict=True):
            if _between(rows, first, count).size:
                at = first
                for table in self._tables_of(path, [self.columns.text]):
                    numbers = _between(rows, at, len(table))
                    chosen = table[self.columns.text].take(pa.array(numbers - at))
                    yield numbers, Texts.of(chosen)
                    at += len(table)
            first += count

    def _tables_of(self, path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """The row groups of a file; read again, where they were not kept, with some columns."""
        if path in self._kept:
            return iter(self._kept[path])
        if path in self._met:
            return _row_groups(path, columns)
        self._met.add(path)
        return self._read(path)

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

    def writer(self, path: Path, extra: Sequence[pa.Field] = ()) -> pq.ParquetWriter:
        """Of a Parquet file with the columns of the documents, and `extra` ones."""
        schema = self.schema
        for column in extra:
            schema = schema.append(column)
        return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=False)

    def _read(self, path: Path) -> Iterator[pa.Table]:
        """The row groups of a file; kept where there is room."""
        tables: list[pa.Table] | None = []
        for table in _row_groups(path):
            if self.columns.text not in table.column_names:
                known = ", ".join(table.column_names)
                raise InputError(f"{path} has no column {self.columns.text!r}; it has: {known}")
            if table[self.columns.text].null_count:
                raise InputError(f"{path}: a document has no text; fill it or leave it out")
            self.schema = table.schema
            self._room -= table.nbytes
            if tables is not None and self._room >= 0:
                tables.append(table)
            else:
                tables = None
            yield table
        if tables is not None:
            self._kept[path] = tables


def _between(rows: NDArray[np.int64], first: int, count: int) -> NDArray[np.int64]:
    """Those of the sorted numbers that lie within `count` from `first` on."""
    low, high = np.searchsorted(rows, [first, first + count])
    return rows[low:high]


def _row_groups(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    if not is_parquet(path):
        yield pl.read_ndjson(path).to_arrow(compat_level=pl.CompatLevel.oldest())
        return
    with pq.ParquetFile(path) as parquet:
        for group in range(parquet.num_row_groups):
            yield parquet.read_row_group(group, columns=columns)


def _count(path: Path) -> int:
    """How many documents a file holds. Raises InputError where it cannot be read."""
    try:
        if is_parquet(path):
            return int(pq.read_metadata(path).num_rows)
        return int(pl.scan_ndjson(path).select(pl.len()).collect().item())
    except (OSError, pa.ArrowException, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path} cannot be read as documents: {error}") from error


def some_texts(path: Path, columns: Columns, ids: list[str]) -> Iterator[tuple[list[str], Texts]]:
    """Ids and texts of some documents of a file that was seen before, as far as they are there."""
    if not path.exists():
        return
    wanted = pl.Series(ids, dtype=pl.String)
    if is_parquet(path) and columns.id in pq.read_schema(path).names:
        frame = pages_with(str(path), columns.id, wanted, [columns.id, columns.text])
        yield frame[columns.id].cast(pl.String).to_list(), Texts.of(frame[columns.text].to_arrow())
