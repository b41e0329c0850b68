"""Finished journals as Parquet, looked up by key through sorted key files in mapped memory.

`<batch>.parquet` is sorted by key. `<batch>.<digest>.keys.npy` holds its keys, 16 bytes each; the
digest is that of the keys and stands in the Parquet's footer, so a reader never takes the keys of
another version. A row is used only where its own key is the wanted one.
"""

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from io import BytesIO
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import pyarrow.parquet as pq

from synth_assets.corpus.files import Files
from synth_assets.generation.protocol import Result
from synth_assets.hashing import digest

ROWS_PER_GROUP = 4096
CACHED_GROUPS = 8
"""Row groups that one archive keeps in memory, over all its batches."""

KEYS_DIGEST = b"synth_assets.keys"

Keys = np.ndarray[tuple[int], np.dtype[np.bytes_]]
Row = dict[str, Any]
Group = Callable[[str, int], pl.DataFrame]

SCHEMA: dict[str, pl.DataType] = {
    "key": pl.String(),
    "text": pl.String(),
    "finish_reason": pl.String(),
    "prompt_tokens": pl.Int64(),
    "completion_tokens": pl.Int64(),
    "latency_s": pl.Float64(),
    "attempt": pl.Int64(),
    "error_kind": pl.String(),
    "error": pl.String(),
}


@dataclass(frozen=True)
class _Index:
    """Where a Parquet's keys are: all keys in row order, and the first row of every group."""

    keys: Keys
    starts: np.ndarray[tuple[int], np.dtype[np.int64]]

    def places(self, wanted: Keys) -> Iterator[tuple[int, int, int]]:
        """(position in `wanted`, row group, row in it) of the keys that are there, by row."""
        order = np.argsort(wanted)
        rows = np.searchsorted(self.keys, wanted[order])
        for position, row in zip(order.tolist(), rows.tolist(), strict=True):
            if row < len(self.keys) and self.keys[row] == wanted[position]:
                group = int(np.searchsorted(self.starts, row, side="right")) - 1
                yield position, group, row - int(self.starts[group])


class FinishedJournal:
    """One batch's Parquet. `group` reads one of its row groups, or takes it from the cache."""

    def __init__(self, files: Files, name: str, group: Group) -> None:
        self._files = files
        self._name = name
        self._group = group
        self._known: _Index | None = None

    def lookup(self, keys: Sequence[str]) -> dict[str, Result] | None:
        """The results among the keys; None where rows are not what the index says, because the
        file was replaced since it was opened (see `rescan`)."""
        index = self._known = self._known or self._open()
        found: dict[str, Result] = {}
        for position, group, place in index.places(_packed(keys)):
            rows = self._group(self._name, group)
            if place >= rows.height or rows["key"][place] != keys[position]:
                return None
            found[keys[position]] = Result(**rows.row(place, named=True))
        return found

    def rescan(self) -> None:
        """Take the keys from the Parquet's own column, and keep them."""
        with self._files.open(self._name) as stream, pq.ParquetFile(stream) as parquet:
            self._known = _Index(_key_column(parquet), _starts(parquet))

    def _open(self) -> _Index:
        with self._files.open(self._name) as stream, pq.ParquetFile(stream) as parquet:
            mark = (parquet.metadata.metadata or {}).get(KEYS_DIGEST, b"").decode()
            try:
                keys = self._load(_keys_file(self._name, mark))
            except FileNotFoundError:  # replaced meanwhile, or a copy of the Parquet alone
                keys = _key_column(parquet)
            return _Index(keys, _starts(parquet))

    def _load(self, name: str) -> Keys:
        if self._files.is_local:
            keys: Keys = np.load(self._files.path(name), mmap_mode="r")
        else:
            keys = np.load(BytesIO(self._files.read(name)))
        return keys


class Archive:
    """All finished journals in one folder."""

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._folder = folder
        self._journals: list[FinishedJournal] | None = None
        self._group = lru_cache(maxsize=CACHED_GROUPS)(self._read_group)

    def lookup(self, keys: Sequence[str]) -> dict[str, Result]:
        found: dict[str, Result] = {}
        for journal in self._open():
            missing = [key for key in keys if key not in found]
            if not missing:
                break
            results = journal.lookup(missing)
            if results is None:
                self._group.cache_clear()
                journal.rescan()
                results = journal.lookup(missing)
            found |= results or {}
        return found

    def merge(self, batch: str, live: Path) -> dict[str, int]:
        """Write a batch's Parquet from its present Parquet and its live journal, in memory for
        one row group of each and about 50 bytes per line.

        A live line that the Parquet already holds whole is not taken again: a merge that was
        killed before the live journal was emptied can be repeated.
        Returns lines, distinct keys and tokens.
        """
        name = f"{self._folder}/{batch}.parquet"
        rows = _union(self._present(name), _sorted_lines(live))
        with self._files.staging(name) as staged:
            manifest, keys = _write(staged, rows)
            keys_file = _keys_file(name, _mark(keys))
            with self._files.staging(keys_file) as staged_keys:
                with staged_keys.open("wb") as stream:
                    np.save(stream, keys)
                self._files.publish(staged_keys, keys_file)
            self._files.publish(staged, name)
        self._remove_old_keys(name, keys_file)
        self._journals = None
        self._group.cache_clear()
        return manifest

    def _present(self, name: str) -> Iterator[Row]:
        if not self._files.exists(name):
            return
        with self._files.open(name) as stream, pq.ParquetFile(stream) as parquet:
            for group in range(parquet.num_row_groups):
                yield from _frame(parquet, group).iter_rows(named=True)

    def _remove_old_keys(self, name: str, current: str) -> None:
        for old in self._files.list(self._folder, ".keys.npy"):
            mark = old.removeprefix(f"{self._folder}/").removesuffix(".keys.npy").rpartition(".")[2]
            if old != current and old == _keys_file(name, mark):
                self._files.remove(old)

    def _read_group(self, name: str, group: int) -> pl.DataFrame:
        with self._files.open(name) as stream, pq.ParquetFile(stream) as parquet:
            if group >= parquet.num_row_groups:
                return pl.DataFrame(schema=SCHEMA)
            return _frame(parquet, group)

    def _open(self) -> list[FinishedJournal]:
        if self._journals is None:
            names = self._files.list(self._folder, ".parquet")
            self._journals = [FinishedJournal(self._files, name, self._group) for name in names]
        return self._journals


def _union(present: Iterator[Row], live: Iterator[Row]) -> Iterator[Row]:
    """Two sources sorted by key as one: all present rows, and the live ones that are new."""
    sources = (((False, row) for row in present), ((True, row) for row in live))
    for _, same_key in groupby(merge(*sources, key=_key_of), key=_key_of):
        held: list[Row] = []
        for is_live, row in same_key:
            if not is_live:
                held.append(row)
            elif row in held:
                continue
            yield row


def _key_of(item: tuple[bool, Row]) -> str:
    return str(item[1]["key"])


def _sorted_lines(live: Path) -> Iterator[Row]:
    """The lines of a live journal by key; equal keys in the order they were written."""
    packed, ends = bytearray(), array("q", [0])
    with live.open("rb") as stream:
        for line in stream:
            packed += bytes.fromhex(orjson.loads(line)["key"])
            ends.append(ends[-1] + len(line))
        for index in np.argsort(np.frombuffer(packed, dtype="S16"), kind="stable"):
            start, end = ends[index], ends[index + 1]
            yield orjson.loads(os.pread(stream.fileno(), end - start, start))


def _write(staged: Path, rows: Iterator[Row]) -> tuple[dict[str, int], Keys]:
    """Write rows to Parquet, a row group at a time; returns the manifest and the keys."""
    packed = bytearray()
    tokens = {"prompt_tokens": 0, "completion_tokens": 0}
    schema = _arrow(pl.DataFrame(schema=SCHEMA)).schema
    with pq.ParquetWriter(staged, schema, compression="zstd") as writer:
        while (numbers := _write_group(writer, rows)).height:
            packed += b"".join(map(bytes.fromhex, numbers["key"]))
            for name in tokens:
                tokens[name] += int(numbers[name].sum())
        keys: Keys = np.frombuffer(packed, dtype="S16")
        writer.add_key_value_metadata({KEYS_DIGEST: _mark(keys).encode()})
    distinct = int(np.count_nonzero(keys[1:] != keys[:-1])) + bool(len(keys))
    return {"lines": len(keys), "keys": distinct} | tokens, keys


def _write_group(writer: pq.ParquetWriter, rows: Iterator[Row]) -> pl.DataFrame:
    """Write the next row group; returns it without its texts, so that they are let go of."""
    frame = pl.DataFrame(list(islice(rows, ROWS_PER_GROUP)), schema=SCHEMA)
    if frame.height:
        writer.write_table(_arrow(frame), row_group_size=frame.height)
    return frame.select("key", "prompt_tokens", "completion_tokens")


def _arrow(frame: pl.DataFrame) -> Any:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _frame(parquet: pq.ParquetFile, group: int) -> pl.DataFrame:
    frame = pl.from_arrow(parquet.read_row_group(group))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _key_column(parquet: pq.ParquetFile) -> Keys:
    packed = bytearray()
    for group in range(parquet.num_row_groups):
        column = parquet.read_row_group(group, columns=["key"])["key"]
        packed += b"".join(map(bytes.fromhex, column.to_pylist()))
    return np.frombuffer(packed, dtype="S16")


def _starts(parquet: pq.ParquetFile) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    heights = [parquet.metadata.row_group(n).num_rows for n in range(parquet.num_row_groups)]
    return np.cumsum([0, *heights], dtype=np.int64)[:-1]


def _packed(keys: Iterable[str]) -> Keys:
    return np.array([bytes.fromhex(key) for key in keys], dtype="S16")


def _mark(keys: Keys) -> str:
    return digest(keys.tobytes())


def _keys_file(parquet: str, mark: str) -> str:
    return f"{parquet.removesuffix('.parquet')}.{mark}.keys.npy"
