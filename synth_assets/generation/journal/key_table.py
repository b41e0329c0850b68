"""Keys of 128 bits with a place each: the index of a journal, live or finished.

24 bytes a key, sorted by key, looked up many at a time. A place is a byte offset or a row number.
Of several places of one key the best is kept: a success before a failure, of successes the first,
of failures the last.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
"""Keys as two rows of 64-bit words: shape (2, keys)."""

Places = NDArray[np.uint64]
"""One coded place a key; the smaller is the better one."""

MISSING = np.uint64(2**64 - 1)
FAILURE = 2**62
RUN = 1 << 16
"""Keys that a KeyTable holds as Python objects before it sorts them."""


def packed(keys: Iterable[str]) -> Words:
    """Keys of 32 hex digits as words."""
    pairs = np.frombuffer(bytes.fromhex("".join(keys)), dtype=">u8").reshape(-1, 2)
    return pairs.T.astype(np.uint64, order="C")


def coded(place: int, *, failed: bool) -> int:
    """A place as it is kept."""
    return 2 * FAILURE - 1 - place if failed else place


def is_failure(places: Places) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = places != MISSING
    return known & (places >= FAILURE)


def decoded(places: Places) -> NDArray[np.int64]:
    """Offsets or rows; call it for known places only."""
    mirrored = np.uint64(2 * FAILURE - 1) - places
    return np.where(places >= FAILURE, mirrored, places).astype(np.int64)


@dataclass(frozen=True, slots=True)
class SortedKeys:
    """Distinct keys in order. `table` has the rows high word, low word, place; shape (3, keys)."""

    table: Words

    @classmethod
    def of(cls, words: Words, places: Places) -> Self:
        high, low = words
        order = np.lexsort((places, low, high))
        table = np.stack([high[order], low[order], places[order]])
        other = (table[:2, 1:] != table[:2, :-1]).any(axis=0)
        return cls(table[:, np.concatenate([[True], other])] if len(order) else table)

    def __len__(self) -> int:
        return int(self.table.shape[1])

    def find(self, wanted: Words) -> Places:
        """The places of the keys, MISSING for those not here. Quickest with sorted keys."""
        high, low, places = self.table
        found: Places = np.full(wanted.shape[1], MISSING)
        at = np.searchsorted(high, wanted[0])
        open_ = np.arange(wanted.shape[1])
        while len(open_):  # more than once only where different keys share the high word
            open_ = open_[at[open_] < len(high)]
            open_ = open_[high[at[open_]] == wanted[0][open_]]
            hit = low[at[open_]] == wanted[1][open_]
            found[open_[hit]] = places[at[open_[hit]]]
            open_ = open_[~hit]
            at[open_] += 1
        return found


class KeyTable:
    """Keys that come one by one: 24 bytes each, and a fixed part for the latest RUN of them. Safe
    to use from several threads."""

    def __init__(self) -> None:
        self._recent: dict[str, int] = {}
        self._runs: list[SortedKeys] = []
        self._lock = threading.Lock()

    def put(self, key: str, place: int) -> None:
        """Take in a coded place."""
        with self._lock:
            known = self._recent.get(key)
            self._recent[key] = place if known is None else min(known, place)
            if len(self._recent) >= RUN:
                words, places = packed(self._recent), _as_places(self._recent.values())
                self._runs.append(SortedKeys.of(words, places))
                self._recent = {}

    def find(self, keys: Sequence[str]) -> Places:
        """The places of the keys, MISSING for those not here."""
        with self._lock:
            found = _as_places([self._recent.get(key, 2**64 - 1) for key in keys])
            runs = self._runs[:]
        if runs:
            wanted = packed(keys)
            for run in runs:
                np.minimum(found, run.find(wanted), out=found)
        return found

    def clear(self) -> None:
        with self._lock:
            self._recent, self._runs = {}, []


def _as_places(places: Iterable[int]) -> Places:
    return np.fromiter(places, dtype=np.uint64)
