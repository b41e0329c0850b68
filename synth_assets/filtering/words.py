"""Splitting a text into words, compiled.

Words are runs of Unicode word characters, combining marks included (without them, Devanagari or
vocalised Arabic falls to pieces). Scripts written without spaces are split by character, marks
kept with their letter: a fallback that needs no dictionary and that the repetition rules can use.
"""

from typing import NamedTuple

import numpy as np
from numpy import uint64

from synth_assets.compiled import Whole, compiled
from synth_assets.filtering.alphabet import LETTER, MARK, UNSPACED, WORD
from synth_assets.text.columns import Bytes, Int32s, Int64s, UInt64s
from synth_assets.text.utf8 import decode

BASIS = 0xCBF29CE484222325
PRIME = 0x100000001B3
"""FNV-1a, 64 bits (RFC 9923), over code points instead of bytes."""

_BASIS, _PRIME = np.uint64(BASIS), np.uint64(PRIME)


class Words(NamedTuple):
    """Room for the words of one text, in order: a hash of each and its length in code points."""

    hashes: UInt64s
    lengths: Int32s


COUNT, N_UNSPACED, SPACED_CHARS, WITH_LETTERS, STOPS = range(5)
"""What is tallied, (5,): words; those that are one letter of an unspaced script; code points of
the others; words with a letter; bits of the stop words found."""


def word_hash(word: str) -> int:
    """As the loop below hashes a word."""
    state = BASIS
    for character in word:
        state = (state ^ ord(character)) * PRIME & ((1 << 64) - 1)
    return state


@compiled
def split_words(
    data: Bytes, start: Whole, end: Whole, kinds: Bytes, stops: UInt64s, words: Words, tally: Int64s
) -> None:
    """Add the words of a stretch that ends with the last of them. `stops` is a table of hashes and
    positions of stop words, see `stop_words.tables`."""
    at = start
    state, length, letters, unspaced = _BASIS, 0, 0, 0
    while at < end:
        code, step = np.uint32(data[at]), 1
        if code >= 0x80:
            code, step = decode(data, at)
        kind = kinds[code]
        at += step
        if kind & WORD and not kind & UNSPACED and (not unspaced or kind & MARK):
            state = (state ^ uint64(code)) * _PRIME
            length += 1
            letters |= kind & LETTER
            continue
        if length:
            _add(words, tally, state, length, letters, unspaced, stops)
        state, length, letters, unspaced = _BASIS, 0, 0, 0
        if kind & WORD:  # a letter of an unspaced script, or what follows such a letter's word
            state = (state ^ uint64(code)) * _PRIME
            length, letters, unspaced = 1, kind & LETTER, kind & UNSPACED
    if length:
        _add(words, tally, state, length, letters, unspaced, stops)


@compiled
def _add(
    words: Words,
    tally: Int64s,
    state: Whole,
    length: Whole,
    letters: Whole,
    unspaced: Whole,
    stops: UInt64s,
) -> None:
    count = tally[COUNT]
    words.hashes[count] = state
    words.lengths[count] = length
    tally[COUNT] = count + 1
    tally[WITH_LETTERS] += letters != 0
    if unspaced:
        tally[N_UNSPACED] += 1
        return
    tally[SPACED_CHARS] += length
    slots = len(stops) // 2
    slot = np.int64(state % uint64(slots))
    while stops[slot] != 0:
        if stops[slot] == state:
            tally[STOPS] |= np.int64(1) << np.int64(stops[slots + slot])
            break
        slot = (slot + 1) % slots
