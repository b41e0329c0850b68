"""Which row a hash has, where few of many hashes have one: a bit for every hash, and ranks.

Both models of languages look up thousands of n-grams per text. Bits with the number of ones before
them (Jacobson 1989) take an eighth of a hash table's memory, so that they stay in the cache.
"""

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled

Ranked = NDArray[np.uint64]
"""(hashes / 64, 2) Bits of the hashes that have a row, and the row of the first of them."""


def rank(hashes: NDArray[np.int64], size: int, *, first_row: int = 0) -> Ranked:
    """Of sorted, distinct hashes under `size`, whose rows follow one another."""
    table = np.zeros((size // 64 + 1, 2), dtype=np.uint64)
    bits = np.left_shift(np.uint64(1), (hashes % 64).astype(np.uint64))
    np.bitwise_or.at(table[:, 0], hashes // 64, bits)
    table[:, 1] = first_row + np.searchsorted(hashes, np.arange(len(table)) * 64)
    return table


@compiled
def row_of(key: Whole, ranked: Ranked) -> Whole:
    """The row of a hash; -1 where it has none."""
    place = np.int64(key) >> 6
    bits, bit = ranked[place, 0], uint64(1) << (uint64(key) & uint64(63))
    if not bits & bit:
        return np.int64(-1)
    return np.int64(ranked[place, 1]) + _ones(bits & (bit - uint64(1)))


@compiled
def _ones(word: Whole) -> Whole:
    """How many bits are set (Warren 2012, Hacker's Delight, 5-1)."""
    word -= (word >> uint64(1)) & uint64(0x5555555555555555)
    word = (word & uint64(0x3333333333333333)) + ((word >> uint64(2)) & uint64(0x3333333333333333))
    word = (word + (word >> uint64(4))) & uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * uint64(0x0101010101010101)) >> uint64(56))
