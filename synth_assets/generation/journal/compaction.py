"""From a live journal to a finished one: rows appended to the batch's Parquet, a new index."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from synth_assets.corpus.files import Files
from synth_assets.generation.journal.finished import (
    INDEX_DIGEST,
    SCHEMA,
    IndexBuilder,
    frame_of,
    index_file,
    index_files,
    mark_of,
    open_parquet,
)
from synth_assets.generation.journal.key_table import MISSING, is_failure
from synth_assets.generation.journal.live import LiveFile
from synth_assets.generation.protocol import Result
from synth_assets.hashing import digest_json

ROWS_PER_GROUP = 4096

Row = tuple[Any, ...]

_row_of: Callable[[Result], Row] = attrgetter(*SCHEMA)


def merge(files: Files, parquet: str, live: LiveFile) -> dict[str, int]:
    """Write a batch's Parquet from its present one and its live journal, in memory for one row
    group and about 130 bytes per line for the index.

    A live line that the Parquet already holds whole is not taken again: a merge that was killed
    before the live journal was emptied can be repeated. Returns the manifest.
    """
    held: set[str] = set()
    with FinishedWriter(files, parquet) as writer:
        for frame in frames(files, parquet):
            held |= _also_live(frame, live)
            writer.add(frame)
        new = (row for row in map(_row_of, live.results()) if not held or _mark(row) not in held)
        for frame in _as_frames(new):
            writer.add(frame)
        return writer.publish() | {"damaged": len(live.damaged)}


def frames(files: Files, parquet: str) -> Iterator[pl.DataFrame]:
    """The row groups of a finished journal; none where there is no file."""
    if files.exists(parquet):
        with open_parquet(files, parquet) as opened:
            for group in range(opened.num_row_groups):
                yield frame_of(opened, group)


def _also_live(frame: pl.DataFrame, live: LiveFile) -> set[str]:
    """Marks of the rows whose keys are in the live journal too."""
    known = live.find(frame["key"].to_list()) != MISSING
    return {_mark(row) for row in frame.filter(known).iter_rows()}


def _mark(row: Row) -> str:
    return digest_json(row)


def _as_frames(rows: Iterable[Row]) -> Iterator[pl.DataFrame]:
    rows = iter(rows)
    while part := list(islice(rows, ROWS_PER_GROUP)):
        yield pl.DataFrame(part, schema=SCHEMA, orient="row")


@dataclass
class FinishedWriter:
    """Writes a finished journal and its index; visible after `publish`, index first."""

    files: Files
    name: str
    _index: IndexBuilder = field(default_factory=IndexBuilder)
    _tokens: dict[str, int] = field(
        default_factory=lambda: {"prompt_tokens": 0, "completion_tokens": 0}
    )

    def __enter__(self) -> Self:
        self._staging = self.files.staging(self.name)
        self._staged: Path = self._staging.__enter__()
        schema = _arrow(pl.DataFrame(schema=SCHEMA)).schema
        self._writer = pq.ParquetWriter(
            self._staged, schema, compression="zstd", write_page_checksum=True
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer.is_open:
            self._writer.close()
        self._staging.__exit__(kind, error, trace)

    def add(self, frame: pl.DataFrame) -> None:
        """A row group."""
        if frame.height:
            self._writer.write_table(_arrow(frame), row_group_size=frame.height)
            self._index.add(frame)
            for name in self._tokens:
                self._tokens[name] += int(frame[name].sum())

    def publish(self) -> dict[str, int]:
        """Returns the manifest: lines, distinct keys, keys that only failed, lines that repeat a
        key, and tokens."""
        index = self._index.build()
        mark = mark_of(index)
        self._writer.add_key_value_metadata({INDEX_DIGEST: mark.encode()})
        self._writer.close()
        current = index_file(self.name, mark)
        with self.files.staging(current) as staged:
            with staged.open("wb") as stream:
                np.save(stream, index.table)
            self.files.publish(staged, current)
        self.files.publish(self._staged, self.name)
        for old in index_files(self.files, self.name):
            if old != current:
                self.files.remove(old)
        lines = self._index.rows
        return {
            "lines": lines,
            "keys": len(index),
            "failed": int(is_failure(index.table[2]).sum()),
            "repeated": lines - len(index),
        } | self._tokens


def _arrow(frame: pl.DataFrame) -> Any:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
