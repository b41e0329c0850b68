"""The same work with what others use."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from synth_assets.bench.case import Watch

Int64s = NDArray[np.int64]


class _PlannedError(Exception):
    """TRL has decided which piece lies where, and is about to move tokens."""

    def __init__(self, sequences: list[list[int]]) -> None:
        self.sequences = sequences


class _Timed:
    """pyarrow.compute as TRL's function uses it, with the watch on for the planning alone: from
    the sort by length until the tokens are taken. No document is empty, so none is filtered."""

    def __init__(self, compute: Any, watch: Watch) -> None:
        self._compute = compute
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compute, name)

    def filter(self, values: Any, _: Any) -> Any:
        return values

    def make_struct(self, lengths: Any, ids: Any) -> Any:
        self._lengths = lengths.to_numpy()
        self._watch.__enter__()
        return self._compute.make_struct(lengths, ids)

    def take(self, _: Any, __: Any) -> Any:
        self._watch.__exit__(None, None, None)
        bins = sys._getframe(1).f_locals["bins"]
        raise _PlannedError([self._lengths[bin_["ids"]].tolist() for bin_ in bins])


def plan_with_trl(lengths: Int64s, capacity: int, watch: Watch) -> list[list[int]]:
    """The lengths of the pieces in each sequence."""
    data_utils: Any = import_module("trl.data_utils")
    compute = data_utils.pc
    data_utils.pc = _Timed(compute, watch)
    try:
        data_utils._pack_bfd(_table(lengths, pa.nulls(int(lengths.sum()))), capacity, "split")
    except _PlannedError as planned:
        return planned.sequences
    finally:
        data_utils.pc = compute
    raise AssertionError("TRL's function has changed: it did not take the pieces")


def pack_with_trl(lengths: Int64s, tokens: NDArray[np.int32], capacity: int) -> pa.Table:
    """TRL's function for Arrow tables, which its `pack_dataset` maps over batches."""
    data_utils: Any = import_module("trl.data_utils")
    table = _table(lengths, pa.array(tokens[: int(lengths.sum())]))
    return data_utils._pack_bfd(table, capacity, "split")


def _table(lengths: Int64s, values: pa.Array) -> pa.Table:
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return pa.table({"input_ids": pa.LargeListArray.from_arrays(pa.array(offsets), values)})


def encode_with(raw: Any) -> Callable[[Sequence[str]], list[list[int]]]:
    """`encode_batch_fast`, as lists."""

    def encode(texts: Sequence[str]) -> list[list[int]]:
        return [item.ids for item in raw.encode_batch_fast(list(texts), add_special_tokens=False)]

    return encode
