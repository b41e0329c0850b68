"""MinHash signatures and LSH bands, bit for bit those of datasketch 2's `affine32` scheme.

To query them with datasketch:

    MinHash(num_perm=bands * rows, seed=seed, hashfunc=shingle_hash).update_batch(
        shingle.encode() for shingle in shingles(text, ngram))
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from synth_assets.dedup import kernel, sets
from synth_assets.dedup.alphabet import fold_table
from synth_assets.text.columns import Int64s, Texts, UInt32s, UInt64s, in_parallel

# Odd multipliers of the vector multiply-shift hash, one per unit of a shingle, from the
# golden-ratio sequence under the 64-bit finalizer of SplitMix (Steele et al. 2014).
_GOLDEN = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1


def _mix(value: int) -> int:
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _WORD
    return value ^ (value >> 31)


def _multiplier(position: int) -> int:
    return _mix((position + 1) * _GOLDEN & _WORD) | 1


def _unit_hash(unit: str) -> int:
    """64-bit FNV-1a of the unit's code points."""
    state = kernel.BASIS
    for character in unit:
        state = (state ^ ord(character)) * kernel.PRIME & _WORD
    return state


def shingle_hash64(shingle: str) -> int:
    """64-bit hash of a shingle: those of its units times odd multipliers, added (multiply-shift
    over vectors: Thorup 2015, "High speed hashing for integers and strings", section 3.5)."""
    units = enumerate(shingle.split(" "))
    return sum(_unit_hash(unit) * _multiplier(at) for at, unit in units) & _WORD


def shingle_hash(shingle: bytes) -> int:
    """32-bit hash of one UTF-8 shingle, the upper half of its 64 bits, for
    `datasketch.MinHash(hashfunc=...)`."""
    return shingle_hash64(shingle.decode()) >> 32


def bands_for(threshold: float, permutations: int) -> tuple[int, int]:
    """Bands and rows within a number of permutations that datasketch's optimiser chooses for a
    threshold: the least area of false positives and negatives, weighed alike."""
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=permutations)
    return int(index.b), int(index.r)


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

    def signatures(self, texts: Texts) -> tuple[UInt32s, Int64s]:
        """(texts, num_perm) minima, and the number of shingles of each text, repeated ones
        counted each time; all ones and 0 for a text without words."""
        minima = np.full((len(texts), self.num_perm), np.iinfo(np.uint32).max, dtype=np.uint32)
        counts = np.zeros(len(texts), dtype=np.int64)

        def sign(first: int, last: int) -> None:
            kernel.sign(
                *(texts.data, texts.ends, first, last, fold_table(), self._multipliers),
                *(*self._permutations, minima, counts),
            )

        in_parallel(sign, len(texts))
        return minima, counts

    def signature(self, text: str) -> tuple[UInt32s, int]:
        """Of one text; see `signatures`."""
        minima, counts = self.signatures(Texts.of(pa.array([text], pa.large_string())))
        return minima[0], int(counts[0])

    def shingle_sets(self, texts: Texts, room: Int64s) -> tuple[UInt64s, Int64s, Int64s]:
        """Distinct 64-bit shingle hashes: text i has `counts[i]`, from `starts[i]` on.

        `room` are upper limits of their numbers, as `signatures` counts them.
        """
        starts = np.concatenate([[0], np.cumsum(room)]).astype(np.int64)
        hashes = np.empty(starts[-1], dtype=np.uint64)
        counts = np.zeros(len(texts), dtype=np.int64)

        def fill(first: int, last: int) -> None:
            sets.shingle_sets(
                *(texts.data, texts.ends, first, last, fold_table(), self._multipliers),
                *(starts, hashes, counts),
            )

        in_parallel(fill, len(texts))
        return hashes, starts[:-1], counts

    def band_hashes(self, signatures: UInt32s) -> UInt64s:
        """(bands, documents): a 64-bit hash of the band's number and the rows of the signature
        that lie in it; equal values are candidates whatever their position."""
        bands = [self.band_hash(signatures, band) for band in range(self.bands)]
        return np.stack(bands)

    def band_hash(self, signatures: UInt32s, band: int) -> UInt64s:
        """(documents,): that of one band."""
        out = np.empty(len(signatures), dtype=np.uint64)
        rows = signatures[:, band * self.rows : (band + 1) * self.rows]
        kernel.band_hash(rows, np.uint64(_mix(band + 1)), out)
        return out

    @cached_property
    def _multipliers(self) -> UInt64s:
        return np.array([_multiplier(at) for at in range(self.ngram)], dtype=np.uint64)

    @cached_property
    def _permutations(self) -> tuple[UInt32s, UInt32s]:
        from datasketch import MinHash

        factor, offset = MinHash(num_perm=self.num_perm, seed=self.seed).permutations
        return factor, offset
