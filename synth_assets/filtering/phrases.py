"""Finding the phrases that C4 looks for, compiled; ASCII case does not count."""

from typing import NamedTuple

import numpy as np

from synth_assets.compiled import Whole, compiled
from synth_assets.text.columns import Bytes, Int64s

POLICY, LOREM_IPSUM, JAVASCRIPT, BEFORE, AFTER = 1, 2, 4, 8, 16
"""What a phrase says of its line. BEFORE and AFTER: a word that, on that side of "JavaScript", asks
for it. Only lines that ask count as notices: documentation may well write about JavaScript."""

# Phrases with the letter by which they are looked for, a rare one in them.
_PHRASES = [
    ("terms of use", "f", POLICY),
    ("privacy policy", "v", POLICY),
    ("cookie policy", "k", POLICY),
    ("uses cookies", "k", POLICY),
    ("use of cookies", "k", POLICY),
    ("use cookies", "k", POLICY),
    ("lorem ipsum", "m", LOREM_IPSUM),
    ("javascript", "j", JAVASCRIPT),
]
_ASKING = [
    *((word, BEFORE | AFTER) for word in ("enable", "enabled", "enabling", "disabled")),
    *((word, BEFORE | AFTER) for word in ("activate", "activated")),
    *((word, BEFORE) for word in ("turn on", "require", "requires", "support", "supports")),
    *((word, AFTER) for word in ("turned on", "turned off", "required")),
]


class Phrases(NamedTuple):
    """`texts`, (phrases, longest), in lower case; `anchors`, (256,), is 1 for the bytes by which
    phrases are looked for, `offsets` where that byte stands in each."""

    texts: Bytes
    lengths: Int64s
    offsets: Int64s
    marks: Int64s
    anchors: Bytes


def _phrases(rows: list[tuple[str, str, int]]) -> Phrases:
    longest = max(len(text) for text, _, _ in rows)
    texts = np.array([list(text.encode().ljust(longest, b"\0")) for text, _, _ in rows], np.uint8)
    anchors = np.zeros(256, dtype=np.uint8)
    for _, letter, _ in rows:
        anchors[[ord(letter), ord(letter.upper())]] = 1
    columns = [
        [len(text) for text, _, _ in rows],
        [text.index(letter) for text, letter, _ in rows],
        [mark for _, _, mark in rows],
    ]
    lengths, offsets, marks = (np.array(column, dtype=np.int64) for column in columns)
    return Phrases(texts, lengths, offsets, marks, anchors)


PHRASES = _phrases(_PHRASES)
ASKING = _phrases([(text, text[0], mark) for text, mark in _ASKING])


@compiled
def find_phrases(data: Bytes, start: Whole, end: Whole, phrases: Phrases, asking: Phrases) -> Whole:
    """The marks of the phrases in a line; BEFORE or AFTER where a whole word stands before the last
    "JavaScript" or behind the first."""
    found, first, last = 0, end, start
    for at in range(start, end):
        if phrases.anchors[data[at]]:
            mark, begin = _phrase_at(data, start, end, at, phrases, False)
            found |= mark
            if mark == JAVASCRIPT:
                first, last = min(first, begin), begin
    if found & JAVASCRIPT:
        for at in range(start, end):
            if asking.anchors[data[at]]:
                mark, begin = _phrase_at(data, start, end, at, asking, True)
                found |= (mark & BEFORE) * (begin < last) | (mark & AFTER) * (begin > first)
    return found


@compiled
def _phrase_at(
    data: Bytes, start: Whole, end: Whole, at: Whole, phrases: Phrases, whole: Whole
) -> tuple[Whole, Whole]:
    """Mark and beginning of the first phrase whose anchor is at a byte; 0 where there is none.
    `whole` ones stand between bytes that belong to no word."""
    for number in range(len(phrases.lengths)):
        begin = at - phrases.offsets[number]
        stop = begin + phrases.lengths[number]
        if begin < start or stop > end or not _equal(data, begin, stop, phrases.texts[number]):
            continue
        if not whole or not (
            (begin > start and _in_word(data[begin - 1])) or (stop < end and _in_word(data[stop]))
        ):
            return phrases.marks[number], begin
    return 0, at


@compiled
def _equal(data: Bytes, begin: Whole, stop: Whole, text: Bytes) -> bool:
    for at in range(begin, stop):
        byte = data[at]
        if 0x41 <= byte <= 0x5A:
            byte += np.uint8(0x20)
        if byte != text[at - begin]:
            return False
    return True


@compiled
def _in_word(byte: Whole) -> bool:
    """Letters, digits, underscore, and whatever is not ASCII."""
    is_letter = 0x61 <= (byte | 0x20) <= 0x7A
    return bool(is_letter or 0x30 <= byte <= 0x39 or byte == 0x5F or byte >= 0x80)
