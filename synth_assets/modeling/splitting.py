"""A text as the tokens of a word model, compiled.

A token is a run of word characters, one letter of a script without spaces (with its marks), or one
character that is neither word nor white space. A line break ends a sentence. Case is kept.
"""

import numpy as np
from numpy import uint64

from synth_assets.compiled import Whole, compiled
from synth_assets.filtering.alphabet import MARK, SPACE, UNSPACED, WORD
from synth_assets.filtering.words import BASIS, PRIME
from synth_assets.text.columns import Bytes, Int64s, UInt64s
from synth_assets.text.utf8 import decode

VERSION = "1"
"""Raise by hand when the same text is split otherwise: models of before cannot be used then."""

BREAK = 0
"""Stands for the hash of a line break; a token's hash is never 0."""

_BASIS, _PRIME = np.uint64(BASIS), np.uint64(PRIME)
_NEWLINE = 0x0A


@compiled
def next_token(data: Bytes, at: Whole, end: Whole, kinds: Bytes) -> tuple[Whole, Whole, Whole]:
    """First and last byte (exclusive) of the token that begins at `at` or behind it, and its hash;
    a line break has the hash BREAK, and the end of the text is (end, end, BREAK)."""
    code, step, kind = np.uint32(0), 0, kinds[0]
    while at < end:
        code, step = decode(data, at)
        kind = kinds[code]
        if code == _NEWLINE:
            return at, at + 1, uint64(BREAK)
        if not kind & SPACE:
            break
        at += step
    if at >= end:
        return end, end, uint64(BREAK)
    start, state = at, (_BASIS ^ uint64(code)) * _PRIME
    at += step
    while kind & WORD and at < end:
        code, step = decode(data, at)
        further = kinds[code]
        alone = not further & MARK if kind & UNSPACED else further & UNSPACED
        if alone or not further & WORD:
            break
        state = (state ^ uint64(code)) * _PRIME
        at += step
    return start, at, max(state, uint64(1))


@compiled
def split_texts(
    data: Bytes, ends: Int64s, kinds: Bytes, starts: Int64s, stops: Int64s, hashes: UInt64s
) -> Whole:
    """The tokens of all texts in order, a BREAK behind every line that has any. Returns how many;
    `starts`, `stops` and `hashes` must have room for two of every byte and one of every text."""
    count = 0
    for text in range(len(ends) - 1):
        at, end, is_open = ends[text], ends[text + 1], False
        while True:
            start, at, state = next_token(data, at, end, kinds)
            if state or is_open:
                starts[count], stops[count], hashes[count] = start, at, state
                count += 1
            is_open = state != BREAK
            if start >= end:
                break
    return count
