"""What is measured line by line, compiled: Gopher's, C4's and FineWeb's statistics of lines.

A clean line counts without the white space at its ends, and only where something is left of it.
"""

from typing import NamedTuple

import numpy as np
from numpy import uint64

from synth_assets.compiled import Whole, compiled
from synth_assets.filtering.alphabet import BULLET, SPACE, STOP, TERMINAL, UNSPACED
from synth_assets.filtering.phrases import (
    AFTER,
    BEFORE,
    JAVASCRIPT,
    LOREM_IPSUM,
    POLICY,
    Phrases,
    find_phrases,
)
from synth_assets.text.columns import Bytes, Int32s, Int64s, UInt64s
from synth_assets.text.utf8 import decode

SHORT_LINE = 30
"""Code points up to which a line is short (FineWeb)."""

MIN_LINE_WORDS = 3
MAX_WORD_CHARS = 1000
"""What a line needs, and what none of its words may exceed, to be one that C4 keeps."""

(
    LINES, BULLETS, ELLIPSES, PUNCTUATED, SHORT, POLICIES,
    HASHES, ELLIPSIS_MARKS, SENTENCES, BRACKETS, LOREM, CHARS, PARTS,
) = range(13)  # fmt: skip
"""What is tallied, (13,): lines that are not blank; those that begin with a bullet, end with an
ellipsis, end a sentence, are short, hold a notice; hash signs and ellipses; sentences, opening
curly brackets and lines with "lorem ipsum" of those that C4 keeps; code points of all lines, white
space at their ends included; lines that are compared with each other."""

Span = tuple[Whole, Whole]

_SPACE, _HASH = 0x20, 0x23
_ELLIPSIS = 0x2026


class Lines(NamedTuple):
    """Room for the lines of one text, or its paragraphs: a hash of each, and its code points."""

    hashes: UInt64s
    lengths: Int32s


class Looks(NamedTuple):
    """What characters and phrases are looked up in, and whether lines are cleaned first."""

    kinds: Bytes
    phrases: Phrases
    asking: Phrases
    clean: bool


@compiled
def after_mark(data: Bytes, start: Whole, end: Whole) -> Whole:
    """Where a line's text begins: behind a heading's mark; at its end where it opens or closes a
    block of code. Ingest writes these; the published rules count the symbols of a page."""
    at = start
    while at < end and at - start < 6 and data[at] == _HASH:
        at += 1
    if start < at < end and data[at] == _SPACE:
        return at + 1
    if end - start < 3 or not data[start] == data[start + 1] == data[start + 2] == 0x60:
        return start
    for at in range(start + 3, end):
        byte = data[at] | 0x20
        if not (0x61 <= byte <= 0x7A or 0x30 <= data[at] <= 0x39 or data[at] in (0x2B, 0x2D, 0x5F)):
            return start
    return end


@compiled
def _code_at(data: Bytes, at: Whole) -> tuple[Whole, Whole]:
    if data[at] < 0x80:
        return np.uint32(data[at]), 1
    return decode(data, at)


@compiled
def _last(data: Bytes, start: Whole, end: Whole) -> Whole:
    """Where the last code point begins."""
    at = end - 1
    while at > start and data[at] & 0xC0 == 0x80:
        at -= 1
    return at


@compiled
def trim(data: Bytes, start: Whole, end: Whole, kinds: Bytes) -> tuple[Whole, Whole]:
    """The stretch without white space at its ends."""
    while start < end:
        code, step = _code_at(data, start)
        if not kinds[code] & SPACE:
            break
        start += step
    while start < end:
        last = _last(data, start, end)
        if not kinds[_code_at(data, last)[0]] & SPACE:
            break
        end = last
    return start, end


@compiled
def measure_line(
    data: Bytes,
    text: Span,
    stop: Whole,
    chars: Whole,
    n_unspaced: Whole,
    looks: Looks,
    tally: Int64s,
) -> None:
    """Tally a line whose `text` is trimmed and not empty. As it counts it ends at `stop` and has so
    many code points; `n_unspaced` of its words are single letters."""
    start, end = text
    n_words, longest, brackets = _shape(data, start, end, looks.kinds, tally)
    tally[LINES] += 1
    tally[SHORT] += chars <= SHORT_LINE
    tally[BULLETS] += _has_bullet(data, start, end, looks.kinds)
    last = _code_at(data, _last(data, start, end))[0]
    tally[PUNCTUATED] += stop == end and (looks.kinds[last] & TERMINAL) != 0
    tally[ELLIPSES] += _ends_in_ellipsis(data, start, end, last)
    found = find_phrases(data, start, end, looks.phrases, looks.asking)
    tally[POLICIES] += (found & (POLICY | BEFORE | AFTER)) != 0
    if max(n_words, n_unspaced) >= MIN_LINE_WORDS and longest <= MAX_WORD_CHARS:
        tally[LOREM] += (found & LOREM_IPSUM) != 0
        if not found & JAVASCRIPT:
            tally[BRACKETS] += brackets
            if not found & POLICY:
                tally[SENTENCES] += _sentences(data, start, end, looks.kinds)


@compiled
def _shape(
    data: Bytes, start: Whole, end: Whole, kinds: Bytes, tally: Int64s
) -> tuple[Whole, Whole, Whole]:
    """Runs without white space, the longest of them (letters of unspaced scripts not counted),
    opening curly brackets. Tallies hash signs and ellipses."""
    n_words, longest, length, brackets, in_word, dots = 0, 0, 0, 0, False, 0
    at = start
    while at < end:
        code, step = _code_at(data, at)
        at += step
        kind = kinds[code]
        if kind & SPACE:
            in_word, length = False, 0
        else:
            n_words += not in_word
            in_word = True
            length += (kind & UNSPACED) == 0
            longest = max(longest, length)
        dots = dots + 1 if code == 0x2E else 0
        if dots == 3:
            tally[ELLIPSIS_MARKS] += 1
            dots = 0
        tally[ELLIPSIS_MARKS] += code == _ELLIPSIS
        tally[HASHES] += code == _HASH
        brackets += code == 0x7B
    return n_words, longest, brackets


@compiled
def _has_bullet(data: Bytes, start: Whole, end: Whole, kinds: Bytes) -> bool:
    """A bullet, or a dash, asterisk or plus with a space behind it."""
    code, step = _code_at(data, start)
    if kinds[code] & BULLET:
        return True
    if code not in (0x2A, 0x2B, 0x2D, 0x2013, 0x2014):
        return False
    after = start + step
    return bool(after == end or kinds[_code_at(data, after)[0]] & SPACE)


@compiled
def _ends_in_ellipsis(data: Bytes, start: Whole, end: Whole, last: Whole) -> bool:
    """Three dots or their one sign, a bracket behind it allowed."""
    if last in (0x29, 0x5D):
        end = _last(data, start, end)
        if end == start:
            return False
        last = _code_at(data, _last(data, start, end))[0]
    dots = end - start >= 3 and data[end - 1] == data[end - 2] == data[end - 3] == 0x2E
    return bool(dots or last == _ELLIPSIS)


@compiled
def _sentences(data: Bytes, start: Whole, end: Whole, kinds: Bytes) -> Whole:
    """Sentences by the punctuation that closes them: with white space behind, except where a
    script needs none. What is left unfinished at the end of the line is one too. Abbreviations
    count: the rule drops pages with too few, so it errs towards keeping."""
    found, at, is_open = 0, start, False
    while at < end:
        code, step = _code_at(data, at)
        at += step
        if kinds[code] & STOP:
            while at < end and kinds[_code_at(data, at)[0]] & STOP:
                at += _code_at(data, at)[1]
            found, is_open = found + 1, False
        elif _closes(code):
            while at < end and _closes(_code_at(data, at)[0]):
                at += _code_at(data, at)[1]
            at = _behind_closers(data, at, end)
            closed = at == end or (kinds[_code_at(data, at)[0]] & SPACE) != 0
            found, is_open = found + closed, not closed
        elif not kinds[code] & SPACE:
            is_open = True
    return found + is_open


@compiled
def _closes(code: Whole) -> bool:
    return code in (0x2E, 0x21, 0x3F, _ELLIPSIS)


@compiled
def _behind_closers(data: Bytes, at: Whole, end: Whole) -> Whole:
    """Behind quotes, brackets and numbers of notes such as [12]."""
    while at < end:
        code, step = _code_at(data, at)
        if code in (0x22, 0x27, 0x29, 0x5D, 0xBB, 0x2019, 0x201D):
            at += step
            continue
        note = at + 1
        while code == 0x5B and note < end and 0x30 <= data[note] <= 0x39:
            note += 1
        if code != 0x5B or note == end or data[note] != 0x5D:
            break
        at = note + 1
    return at


@compiled
def hash_line(data: Bytes, start: Whole, end: Whole) -> Whole:
    """64 bits of a line's bytes, eight at a time."""
    state, at = uint64(end - start), start
    while at < end:
        word = uint64(0)
        for byte in range(at, min(at + 8, end)):
            word = word << uint64(8) | uint64(data[byte])
        state = (state ^ word) * uint64(0x9E3779B97F4A7C15)
        state ^= state >> uint64(32)
        at += 8
    return state
