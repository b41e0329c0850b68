"""The long paragraphs of texts: where they lie and a hash of their words.

A paragraph ends at a blank line; in a text without one, at the end of a line. A fenced block of
code is never cut apart. Case, punctuation and white space do not count.
"""

from dataclasses import dataclass

import numpy as np
from numpy import uint32, uint64

from synth_assets.compiled import Whole, compiled
from synth_assets.dedup.alphabet import MARK, SIZE, fold_table
from synth_assets.dedup.kernel import BASIS, PRIME
from synth_assets.text.columns import Bytes, Int64s, Texts, UInt32s, UInt64s, in_parallel
from synth_assets.text.utf8 import decode

VERSION = "1"
"""Raise by hand when the same text gives other paragraphs or hashes."""

_BASIS, _PRIME = np.uint64(BASIS), np.uint64(PRIME)
_MARK, _LETTER, _SIZE = np.uint32(MARK), np.uint32(MARK - 1), np.uint32(SIZE)
_DOTTED, _DOT = np.uint32(0x130), np.uint32(0x307)
_NEWLINE, _SPACE, _BACKTICK, _TILDE = 0x0A, 0x20, 0x60, 0x7E


@dataclass(frozen=True)
class Paragraphs:
    """(paragraphs,) each: the number of the text, its first byte in the text and the one behind its
    last, white space around it left out, and the hash of its words."""

    texts: Int64s
    starts: Int64s
    ends: Int64s
    hashes: UInt64s

    @classmethod
    def of(cls, texts: Texts, min_chars: int) -> "Paragraphs":
        """Those that have `min_chars` letters and digits or more."""
        sizes = np.diff(texts.ends)
        room = np.concatenate([[0], np.cumsum(sizes // min_chars)]).astype(np.int64)
        starts, ends = np.empty((2, room[-1]), dtype=np.int64)
        hashes = np.empty(room[-1], dtype=np.uint64)
        counts = np.zeros(len(texts), dtype=np.int64)
        in_parallel(
            lambda first, last: _find_all(
                *(texts.data, texts.ends, first, last, fold_table(), min_chars, room),
                *(starts, ends, hashes, counts),
            ),
            len(texts),
        )
        numbers = np.repeat(np.arange(len(texts)), counts)
        found = np.arange(len(numbers)) + (room[:-1] - np.cumsum(counts) + counts)[numbers]
        return cls(numbers, starts[found], ends[found], hashes[found])


@compiled
def _find_all(
    data: Bytes,
    text_ends: Int64s,
    first: Whole,
    last: Whole,
    fold: UInt32s,
    min_chars: Whole,
    room: Int64s,
    starts: Int64s,
    ends: Int64s,
    hashes: UInt64s,
    counts: Int64s,
) -> None:
    for text in range(first, last):
        part = slice(room[text], room[text + 1])
        counts[text] = _find(
            data[text_ends[text] : text_ends[text + 1]], fold, min_chars,
            starts[part], ends[part], hashes[part],
        )  # fmt: skip


@compiled
def _find(
    data: Bytes, fold: UInt32s, min_chars: Whole, starts: Int64s, ends: Int64s, hashes: UInt64s
) -> Whole:
    """The paragraphs of one text; returns their number."""
    by_lines = not _has_blank_line(data)
    found, at, start, end = 0, 0, -1, 0
    letters, state, is_fenced = 0, _BASIS, False
    while at < len(data):
        first, last, following = _line(data, at)
        at = following
        if first < last:
            start, end = (first if start < 0 else start), last
            letters, state = _hash(data, first, last, fold, letters, state)
            is_fenced ^= _is_fence(data, first, last)
        closed = at == len(data) or (not is_fenced and (first == last or by_lines))
        if closed and letters >= min_chars:
            starts[found], ends[found], hashes[found] = start, end, state ^ (state >> uint64(29))
            found += 1
        if closed:
            start, letters, state = -1, 0, _BASIS
    return found


@compiled
def _line(data: Bytes, at: Whole) -> tuple[Whole, Whole, Whole]:
    """What is left of a line without the white space around it, and where the next one begins."""
    first, last = at, at
    while at < len(data) and data[at] != _NEWLINE:
        if data[at] > _SPACE:
            last = at + 1
        elif first == at and last <= first:
            first, last = at + 1, at + 1
        at += 1
    return first, last, min(at + 1, len(data))


@compiled
def _has_blank_line(data: Bytes) -> bool:
    """Whether one stands between two lines with something on them."""
    newlines, is_begun = 0, False
    for at in range(len(data)):
        byte = data[at]
        if byte > _SPACE:
            if is_begun and newlines > 1:
                return True
            newlines, is_begun = 0, True
        newlines += byte == _NEWLINE
    return False


@compiled
def _is_fence(data: Bytes, first: Whole, last: Whole) -> bool:
    """Whether a line opens or closes a block of code."""
    mark = data[first]
    return (
        last - first >= 3
        and mark in (_BACKTICK, _TILDE)
        and data[first + 1] == mark
        and data[first + 2] == mark
    )


@compiled
def _hash(
    data: Bytes, at: Whole, end: Whole, fold: UInt32s, letters: Whole, state: Whole
) -> tuple[Whole, Whole]:
    """The letters and digits so far, and the state with the words of a further line."""
    in_word = False
    while at < end:
        code, length = decode(data, at)
        at += length
        if code == _DOTTED:  # its lower case is two: i and a dot above
            state = _mixed(state, uint32(0x69))
            in_word, letters, code = True, letters + 1, _DOT
        letter = fold[code] if code < _SIZE else uint32(0)
        if letter != 0 and (in_word or letter < _MARK):
            state = _mixed(state, letter & _LETTER)
            in_word, letters = True, letters + 1
        elif in_word:
            state, in_word = _mixed(state, uint32(_SPACE)), False
    return letters, _mixed(state, uint32(_SPACE)) if in_word else state


@compiled
def _mixed(state: Whole, letter: Whole) -> Whole:
    state = (state ^ uint64(letter)) * _PRIME
    return state ^ (state >> uint64(32))
