"""The journal of a finished batch: one Parquet, and an index of its keys in mapped memory.

`<batch>.parquet` has its rows in the order in which they were generated, which is about that of
the documents: a batch judged anew reads each row group once. `<batch>.<digest>.index.npy` is the
table of `key_table.SortedKeys`; the digest is that of the index and stands in the Parquet's footer,
so a reader never takes the index of another version. A row is used only where its own key is the
wanted one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from synth_assets.corpus.files import Files
from synth_assets.errors import CorpusError
from synth_assets.generation.journal.key_table import Places, SortedKeys, Words, coded, packed
from synth_assets.generation.protocol import Result
from synth_assets.hashing import digest

INDEX_DIGEST = b"synth_assets.index"
INDEX_SUFFIX = ".index.npy"

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
"""The fields of `protocol.Result`, in their order."""


@dataclass(frozen=True)
class _Index:
    """Where a Parquet's keys are, and the first row of every row group."""

    keys: SortedKeys
    starts: NDArray[np.int64]


class FinishedJournal:
    """One batch's Parquet. `group` reads one of its row groups, or takes it from a cache."""

    def __init__(self, files: Files, name: str, group: Group) -> None:
        self._files = files
        self._name = name
        self._group = group

    def find(self, wanted: Words) -> Places:
        """Coded row numbers of the keys; see `key_table`."""
        return self._index.keys.find(wanted)

    def read(self, rows: NDArray[np.int64]) -> list[Result] | None:
        """The results in these rows; None where there are no such rows any more, because the
        file was replaced since it was opened (see `rescan`)."""
        found: dict[int, Result] = {}
        groups = np.searchsorted(self._index.starts, rows, side="right") - 1
        for group in np.unique(groups).tolist():
            wanted = rows[groups == group]
            frame = self._group(self._name, group)
            places = wanted - self._index.starts[group]
            if places.max() >= frame.height:
                return None
            results = (Result(*row) for row in frame[places.tolist()].iter_rows())
            found |= zip(wanted.tolist(), results, strict=True)
        return [found[row] for row in rows.tolist()]

    def rescan(self) -> None:
        """Take the keys from the Parquet's own column, and keep them."""
        with open_parquet(self._files, self._name) as parquet:
            self.__dict__["_index"] = _Index(index_of(parquet), _starts(parquet))

    @cached_property
    def _index(self) -> _Index:
        with open_parquet(self._files, self._name) as parquet:
            return _Index(self._load(parquet), _starts(parquet))

    def _load(self, parquet: pq.ParquetFile) -> SortedKeys:
        """The index file, or the key column where the file is gone: replaced meanwhile, or a copy
        of the Parquet alone."""
        try:
            return load_index(self._files, index_file(self._name, index_mark(parquet)))
        except FileNotFoundError:
            return index_of(parquet)


@contextmanager
def open_parquet(files: Files, name: str, *, check_pages: bool = False) -> Iterator[pq.ParquetFile]:
    """A finished journal's Parquet. Raises CorpusError where it cannot be read."""
    try:
        with (
            files.open(name) as stream,
            pq.ParquetFile(stream, page_checksum_verification=check_pages) as parquet,
        ):
            yield parquet
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(
            f"journal {files.path(name)} cannot be read: {error}; restore it from a copy, or move "
            f"it away to have what it holds generated again"
        ) from error


def read_group(files: Files, name: str, group: int) -> pl.DataFrame:
    """The rows of one row group; none where there is no such group."""
    with open_parquet(files, name) as parquet:
        if group >= parquet.num_row_groups:
            return pl.DataFrame(schema=SCHEMA)
        return frame_of(parquet, group)


def frame_of(parquet: pq.ParquetFile, group: int) -> pl.DataFrame:
    frame = pl.from_arrow(parquet.read_row_group(group))
    assert isinstance(frame, pl.DataFrame)
    return frame.select(*SCHEMA)


def index_of(parquet: pq.ParquetFile) -> SortedKeys:
    """The index, from the columns of the Parquet itself."""
    index = IndexBuilder()
    for group in range(parquet.num_row_groups):
        index.add(pl.from_arrow(parquet.read_row_group(group, columns=["key", "finish_reason"])))
    return index.build()


class IndexBuilder:
    """Takes a journal's rows in order; 24 bytes a row."""

    def __init__(self) -> None:
        self.rows = 0
        self._words: list[Words] = []
        self._places: list[Places] = []

    def add(self, frame: Any) -> None:
        """Rows with `key` and `finish_reason`."""
        failed = frame["finish_reason"] == "error"
        places = (coded(self.rows + n, failed=bad) for n, bad in enumerate(failed.to_list()))
        self._words.append(packed(frame["key"].to_list()))
        self._places.append(np.fromiter(places, dtype=np.uint64))
        self.rows += len(frame)

    def build(self) -> SortedKeys:
        if not self.rows:
            return SortedKeys.of(packed([]), np.zeros(0, dtype=np.uint64))
        return SortedKeys.of(np.concatenate(self._words, axis=1), np.concatenate(self._places))


def index_file(parquet: str, mark: str) -> str:
    return f"{parquet.removesuffix('.parquet')}.{mark}{INDEX_SUFFIX}"


def index_files(files: Files, parquet: str) -> list[str]:
    """The index files of this Parquet, of the present and of former versions."""
    stem, folder = parquet.removesuffix(".parquet"), parquet.rpartition("/")[0]
    marks = (
        (name, name.removeprefix(f"{stem}.").removesuffix(INDEX_SUFFIX))
        for name in files.list(folder, INDEX_SUFFIX)
    )
    return [name for name, mark in marks if name == index_file(parquet, mark) and "." not in mark]


def load_index(files: Files, name: str) -> SortedKeys:
    """An index file, in mapped memory where it is local."""
    if files.is_local:
        return SortedKeys(np.load(files.path(name), mmap_mode="r"))
    return SortedKeys(np.load(BytesIO(files.read(name))))


def index_mark(parquet: pq.ParquetFile) -> str:
    """The digest of the index that belongs to this Parquet."""
    metadata: dict[bytes, bytes] = parquet.metadata.metadata or {}
    return metadata.get(INDEX_DIGEST, b"").decode()


def mark_of(index: SortedKeys) -> str:
    return digest(np.ascontiguousarray(index.table).tobytes())


def _starts(parquet: pq.ParquetFile) -> NDArray[np.int64]:
    heights = [parquet.metadata.row_group(n).num_rows for n in range(parquet.num_row_groups)]
    return np.cumsum([0, *heights], dtype=np.int64)[:-1]
