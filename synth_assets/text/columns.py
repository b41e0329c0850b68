"""A column of texts as two arrays, and work on slices of it by all cores."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
UInt32s = NDArray[np.uint32]
UInt64s = NDArray[np.uint64]

TEXTS_AT_ONCE = 512
"""Texts that a thread takes at a time."""


@dataclass(frozen=True)
class Texts:
    """The buffers of an Arrow string column: (bytes,) and offsets, (texts + 1,)."""

    data: Bytes
    ends: Int64s

    @classmethod
    def of(cls, column: pa.Array | pa.ChunkedArray) -> "Texts":
        """Of a column without nulls; copied only where it has several chunks or short offsets."""
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks or [pa.array([], pa.large_string())])
        if array.type != pa.large_string():
            array = array.cast(pa.large_string())
        _, offsets, data = array.buffers()
        count = len(array) + 1
        ends = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + count]
        if len(ends) < count:  # Arrow may leave out the offsets of an empty column
            ends = np.zeros(count, dtype=np.int64)
        return cls(np.frombuffer(data or b"", dtype=np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1


def in_parallel(work: Callable[[int, int], None], count: int) -> None:
    """Call `work(first, last)` for slices of `count` texts, on every core this process may use."""
    slices = [
        (first, min(first + TEXTS_AT_ONCE, count)) for first in range(0, count, TEXTS_AT_ONCE)
    ]
    if len(slices) <= 1:
        for bounds in slices:
            work(*bounds)
        return
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        for done in [threads.submit(work, *bounds) for bounds in slices]:
            done.result()
