"""Compiled loops over the bytes of a text column: words, shingles, minima, bands.

They make no Python object and release the interpreter's lock, so threads share the cores. What
they compute is defined, readably, in `shingles` and `minhash`; a test holds the two together.
"""

from typing import NamedTuple

import numpy as np
from numpy import uint8, uint32, uint64

from synth_assets.compiled import Whole, compiled
from synth_assets.dedup.alphabet import MARK, SIZE
from synth_assets.text.columns import Bytes, Int64s, UInt32s, UInt64s
from synth_assets.text.utf8 import decode


class Sink(NamedTuple):
    """Where the shingles of a text go: into `out` where it has room, else they lower the `minima`,
    (permutations,), by `factors` and `offsets`. `multipliers` are one for each unit of a shingle,
    (ngram,)."""

    multipliers: UInt64s
    minima: UInt32s
    factors: UInt32s
    offsets: UInt32s
    out: UInt64s


BLOCK = 4096
"""Units of a text in hand at a time; what memory a text takes does not depend on its length."""

BASIS = 0xCBF29CE484222325
PRIME = 0x100000001B3
"""FNV-1a, 64 bits (RFC 9923), over folded code points instead of bytes."""

_BASIS, _PRIME = np.uint64(BASIS), np.uint64(PRIME)
_MARK, _LETTER = np.uint32(MARK), np.uint32(MARK - 1)
_SIZE = np.uint32(SIZE)
_DOTTED, _DOT = np.uint32(0x130), np.uint32(0x307)


@compiled
def _is_unsegmented(data: Bytes, start: Whole, end: Whole, fold: UInt32s) -> bool:
    """Whether most letters and marks belong to a script that puts no space between words: Thai,
    Lao, Burmese, Khmer, kana, Han."""
    part, seen = data[start:end], False
    for at in range(len(part)):  # their lead bytes, in a loop that vector units can take
        byte = part[at]
        seen |= (byte >= uint8(0xE0)) & (byte <= uint8(0xE9)) & (byte != uint8(0xE2))
    if not seen:
        return False
    wide, letters, at = 0, 0, start
    while at < end:
        code, length = decode(data, at)
        at += length
        if code < _SIZE and fold[code] != 0:
            letters += 2 if code == 0x130 else 1
        wide += (
            (0xE00 <= code <= 0xEFF)
            | (0x1000 <= code <= 0x109F)
            | (0x1780 <= code <= 0x17FF)
            | (0x3040 <= code <= 0x30FF)
            | (0x3400 <= code <= 0x9FFF)
        )
    return 2 * wide > letters


@compiled
def _take(units: UInt64s, size: Whole, sink: Sink, done: Whole) -> Whole:
    """Hash the shingles, of `size` units each, of a block of units, behind the `done` ones. Returns
    how many there were."""
    out = sink.out
    count = len(units) - size + 1
    if len(out):
        count = min(count, len(out) - done)  # never past the end, whatever the caller believes
    totals = out[done : done + count] if len(out) else np.empty(count, dtype=np.uint64)
    totals[:] = 0
    for position in range(size):
        multiplier = sink.multipliers[position]
        for at in range(count):
            totals[at] += units[at + position] * multiplier
    if not len(out):
        _lower(totals, sink.minima, sink.factors, sink.offsets)
    return count


@compiled
def _take_rest(units: UInt64s, sink: Sink, done: Whole) -> Whole:
    """Those of the last block; a text with fewer units than a shingle is one shingle of them."""
    ngram = len(sink.multipliers)
    if len(units) >= ngram or (done == 0 and len(units) > 0):
        return _take(units, min(len(units), ngram), sink, done)
    return 0


@compiled
def _lower(totals: UInt64s, minima: UInt32s, factors: UInt32s, offsets: UInt32s) -> None:
    """The `affine32` scheme: the upper half of each hash, through MurmurHash3's finalizer, then
    each permutation's multiply and add modulo 2^32."""
    mixed = np.empty(len(totals), dtype=np.uint32)
    for at in range(len(totals)):
        value = uint32(totals[at] >> uint64(32))
        value = uint32((value ^ (value >> uint32(16))) * uint32(0x85EBCA6B))
        value = uint32((value ^ (value >> uint32(13))) * uint32(0xC2B2AE35))
        mixed[at] = value ^ (value >> uint32(16))
    for permutation in range(len(minima)):
        factor, offset, least = factors[permutation], offsets[permutation], minima[permutation]
        for at in range(len(mixed)):
            least = min(least, uint32(mixed[at] * factor + offset))
        minima[permutation] = least


@compiled
def _carry(units: UInt64s, filled: Whole, ngram: Whole) -> Whole:
    """Begin a new block with the units that shingles across its edge need."""
    for position in range(ngram - 1):
        units[position] = units[filled - ngram + 1 + position]
    return ngram - 1


@compiled
def _words(data: Bytes, start: Whole, end: Whole, fold: UInt32s, sink: Sink) -> Whole:
    """Shingles of words of one text; returns their number."""
    ngram = len(sink.multipliers)
    units = np.empty(BLOCK + ngram, dtype=np.uint64)
    filled, done, state = 0, 0, _BASIS
    at, stop = uint64(start), uint64(end)  # unsigned, which spares a test for negative indices
    while at < stop:
        limit = min(stop, at + uint64(BLOCK - filled))
        while at < limit:
            byte = data[at]
            if byte >= 0x80:
                break
            letter = fold[byte]
            in_word = letter != 0
            units[filled] = state  # no branch: word ends are what a processor predicts worst
            filled += (not in_word) & (state != _BASIS)
            state = (state ^ uint64(letter)) * _PRIME if in_word else _BASIS
            at += uint64(1)
        if at < limit:
            code, length = decode(data, at)
            at += uint64(length)
            if code == _DOTTED:  # its lower case is two: i and a dot above
                state = (state ^ uint64(0x69)) * _PRIME
                code = _DOT
            letter = fold[code] if code < _SIZE else uint32(0)
            if letter != 0 and (state != _BASIS or letter < _MARK):
                state = (state ^ uint64(letter & _LETTER)) * _PRIME
            elif state != _BASIS:
                units[filled] = state
                filled += 1
                state = _BASIS
        if filled == BLOCK:
            done += _take(units[:BLOCK], ngram, sink, done)
            filled = _carry(units, BLOCK, ngram)
    units[filled] = state
    filled += state != _BASIS
    return done + _take_rest(units[:filled], sink, done)


@compiled
def _characters(data: Bytes, start: Whole, end: Whole, fold: UInt32s, sink: Sink) -> Whole:
    """Shingles of letters and marks of one text; returns their number."""
    ngram = len(sink.multipliers)
    units = np.empty(BLOCK + ngram + 1, dtype=np.uint64)
    filled, done, at = 0, 0, start
    while at < end:
        code, length = decode(data, at)
        at += length
        if code == _DOTTED:
            units[filled] = (_BASIS ^ uint64(0x69)) * _PRIME
            filled += 1
            code = _DOT
        code = fold[code] if code < _SIZE else uint32(0)
        units[filled] = (_BASIS ^ uint64(code & _LETTER)) * _PRIME
        filled += code != 0
        if filled >= BLOCK:
            done += _take(units[:filled], ngram, sink, done)
            filled = _carry(units, filled, ngram)
    return done + _take_rest(units[:filled], sink, done)


@compiled
def shingle_text(data: Bytes, start: Whole, end: Whole, fold: UInt32s, sink: Sink) -> Whole:
    if _is_unsegmented(data, start, end, fold):
        return _characters(data, start, end, fold, sink)
    return _words(data, start, end, fold, sink)


@compiled
def sign(
    data: Bytes,
    ends: Int64s,
    first: Whole,
    last: Whole,
    fold: UInt32s,
    multipliers: UInt64s,
    factors: UInt32s,
    offsets: UInt32s,
    minima: UInt32s,
    counts: Int64s,
) -> None:
    """Lower the rows `first` to `last` of `minima`, (texts, permutations), by the texts' shingles,
    and set `counts`, (texts,), to their numbers, repeated ones counted each time. `ends` are the
    offsets of an Arrow string column, (texts + 1,)."""
    nothing = np.empty(0, dtype=np.uint64)
    for text in range(first, last):
        sink = Sink(multipliers, minima[text], factors, offsets, nothing)
        counts[text] = shingle_text(data, ends[text], ends[text + 1], fold, sink)


@compiled
def content_keys(data: Bytes, ends: Int64s, keys: UInt64s) -> None:
    """A 64-bit hash of the bytes of each text, for copies that are equal byte by byte."""
    for text in range(len(keys)):
        state, at, end = _BASIS, ends[text], ends[text + 1]
        while at + 8 <= end:
            word = uint64(0)
            for byte in range(8):
                word |= uint64(data[at + byte]) << uint64(8 * byte)
            state = (state ^ word) * uint64(0x9E3779B97F4A7C15)
            state ^= state >> uint64(32)
            at += 8
        while at < end:
            state = (state ^ uint64(data[at])) * _PRIME
            at += 1
        state = (state ^ uint64(end - ends[text])) * uint64(0xBF58476D1CE4E5B9)
        keys[text] = state ^ (state >> uint64(29))


@compiled
def band_hash(minima: UInt32s, number: Whole, out: UInt64s) -> None:
    """(texts,): a 64-bit hash of a band's number and its rows of each signature, (texts, rows)."""
    for text in range(len(minima)):
        state = number
        for row in range(minima.shape[1]):
            state ^= uint64(minima[text, row])
            state = (state ^ (state >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> uint64(27))) * uint64(0x94D049BB133111EB)
            state ^= state >> uint64(31)
        out[text] = state
