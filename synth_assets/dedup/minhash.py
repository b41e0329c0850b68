"""MinHash signatures and LSH bands, bit for bit those of datasketch 2's `affine32` scheme.

To query them with datasketch:

    MinHash(num_perm=bands * rows, seed=seed, hashfunc=shingle_hash).update_batch(
        shingle.encode() for shingle in shingles(text, ngram))
"""

from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from synth_assets.dedup.shingles import units

SHINGLES_AT_ONCE = 4096
"""Rows of the (shingle, permutation) table that is alive at a time; bounds memory per text."""

# Odd multipliers of the vector multiply-shift hash, one per unit of a shingle, from the
# golden-ratio sequence under the 64-bit finalizer of SplitMix (Steele et al. 2014).
_GOLDEN = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1

UInt32s = NDArray[np.uint32]
UInt64s = NDArray[np.uint64]


def _mix(value: int) -> int:
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _WORD
    return value ^ (value >> 31)


def _multiplier(position: int) -> int:
    return _mix((position + 1) * _GOLDEN & _WORD) | 1


def shingle_hash(shingle: bytes) -> int:
    """32-bit hash of one UTF-8 shingle, for `datasketch.MinHash(hashfunc=...)`.

    CRC-32 of each unit, combined by multiply-shift over vectors (Thorup 2015, "High speed hashing
    for integers and strings", section 3.5): the high half of a sum of products modulo 2^64.
    """
    total = sum(crc32(unit) * _multiplier(at) for at, unit in enumerate(shingle.split(b" ")))
    return (total & _WORD) >> 32


@dataclass(frozen=True)
class MinHasher:
    """Signatures of `bands * rows` permutations of the n-gram set of a text."""

    ngram: int
    bands: int
    rows: int
    seed: int

    @property
    def num_perm(self) -> int:
        return self.bands * self.rows

    def signature(self, text: str) -> tuple[UInt32s, int]:
        """The `num_perm` minima and the number of distinct shingle hashes; all ones and 0 for a
        text without words."""
        return self._minima(np.unique(self._hashes(text)))

    def band_hashes(self, signatures: UInt32s) -> UInt64s:
        """(documents, bands): a 64-bit hash of the band's number and the rows of the signature
        that lie in it; equal values are candidates whatever their position."""
        table = signatures.reshape(-1, self.bands, self.rows).astype(np.uint64)
        numbers = np.array([_mix(band + 1) for band in range(self.bands)], dtype=np.uint64)
        state = np.broadcast_to(numbers, table.shape[:2])
        for row in range(self.rows):
            state = _mix_array(state ^ table[:, :, row])
        return state

    @cached_property
    def _permutations(self) -> tuple[UInt32s, UInt32s]:
        from datasketch import MinHash

        factor, offset = MinHash(num_perm=self.num_perm, seed=self.seed).permutations
        return factor, offset

    def _hashes(self, text: str) -> UInt32s:
        """Hashes of all shingles of a text in order, equal ones repeated."""
        words = " ".join(units(text)).encode().split()
        codes = np.fromiter(map(crc32, words), dtype=np.uint64, count=len(words))
        size = min(self.ngram, len(codes))
        total = np.zeros(len(codes) - size + 1 if size else 0, dtype=np.uint64)
        for position in range(size):
            window = codes[position : position + len(total)]
            total += window * np.uint64(_multiplier(position))
        return (total >> np.uint64(32)).astype(np.uint32)

    def _minima(self, hashes: UInt32s) -> tuple[UInt32s, int]:
        factor, offset = self._permutations
        least = np.full(self.num_perm, np.iinfo(np.uint32).max, dtype=np.uint32)
        mixed = _finalize(hashes)
        for start in range(0, len(mixed), SHINGLES_AT_ONCE):
            block = mixed[start : start + SHINGLES_AT_ONCE, None]
            least = np.minimum(least, (block * factor + offset).min(axis=0))
        return least, len(hashes)


def _finalize(values: UInt32s) -> UInt32s:
    """The 32-bit finalizer of MurmurHash3, with which datasketch spreads its input."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


def _mix_array(state: UInt64s) -> UInt64s:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
