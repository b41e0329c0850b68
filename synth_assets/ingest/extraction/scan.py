"""Compiled loops over the tokens of a page: its tree of block elements, and its blocks of text."""

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.ingest.extraction.hints import END, NO_ELEMENT, SKIP, START
from synth_assets.ingest.extraction.marks import (
    ACT,
    BASIS,
    BEGIN,
    BREAK,
    KIND,
    LINK,
    LINK_END,
    MARK,
    PRIME,
    STOP,
    TAG,
)

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]

PARENT, LAST, SAID, TAGS = range(4)
ELEMENT_COLUMNS = 4
"""An element: its parent, one past the last number in it, the token that opens it, `Tag` bits of
it and all above."""

FIRST, FINAL, OWNER, LENGTH, LINKED, MARKS, FLAGS = range(7)
BLOCK_COLUMNS = 7
"""A block: its first and last token, element, length, length in links, punctuation, flags."""

ENDS, NOTICE = 1, 2
"""Flags: the last character ends a sentence; it speaks of copyright."""

_AMPERSAND, _SEMICOLON = (ord(sign) for sign in "&;")
_PUNCTUATION = np.array(sorted(map(ord, ".,!?;:…。，！？、；：؛،۔।")), np.int64)
_ENDS = np.array(sorted(map(ord, '.!?:;"”»。！？…।')), np.int64)
_COPYRIGHT = np.frombuffer(b"Copyright", np.uint8)
_SIGN, _CAPITAL = ord("©"), ord("C")


@compiled
def build(
    data: Bytes,
    tokens: Numbers,
    names: Keys,
    pre: Whole,
    elements: Numbers,
    blocks: Numbers,
    keys: Keys,
) -> tuple[Whole, Whole]:
    """Fill the tables of elements and blocks and the keys of the blocks' texts; their numbers.

    `names` are the keys of the tokens' names; `pre` is the bit of preformatted text.
    """
    stack = np.zeros(len(tokens) + 1, np.int64)
    depth, skipped, links, breaks = 0, 0, 0, 0
    element_count, block_count = 1, 0
    elements[0, PARENT], elements[0, SAID] = -1, -1
    state = np.zeros(STATES, np.int64)
    key = np.array([BASIS])
    for number in range(len(tokens)):
        kind, own = tokens[number, KIND], stack[depth]
        if kind == MARK:
            does = tokens[number, ACT]
            if skipped:
                if does == END:
                    skipped -= 1
                elif does != NO_ELEMENT:
                    skipped += 1
                continue
            block_count += _flush(state, key, own, blocks, keys, block_count)
            breaks = 0
            if does == START:
                elements[element_count, PARENT] = own
                elements[element_count, SAID] = number
                elements[element_count, TAGS] = elements[own, TAGS] | tokens[number, TAG]
                depth += 1
                stack[depth] = element_count
                element_count += 1
            elif does == SKIP:
                skipped = 1
            elif does == END and depth and names[elements[own, SAID]] == names[number]:
                elements[own, LAST] = element_count
                depth -= 1
        elif skipped:
            continue
        elif kind == LINK:
            links += 1
        elif kind == LINK_END:
            links = max(links - 1, 0)
        elif kind == BREAK:
            breaks += 1
            state[SPACE] = 1
            if breaks > 1 and not elements[own, TAGS] & pre:
                block_count += _flush(state, key, own, blocks, keys, block_count)
        else:
            is_pre = elements[own, TAGS] & pre > 0
            if _read_text(data, tokens, number, links > 0, is_pre, state, key):
                breaks = 0
    block_count += _flush(state, key, stack[depth], blocks, keys, block_count)
    for number in range(element_count):
        if not elements[number, LAST]:
            elements[number, LAST] = element_count
    return element_count, block_count


CHARACTERS, WIDTH, LINK_WIDTH, SPACE, POINTS, SEEN, LATEST, SPEAKS, FROM, TO, BEGUN = range(11)
STATES = 11
"""The block in hand: its characters, twice its length and that in links, whether white space is
due, its punctuation, whether the last character is in a link, that character, whether it speaks of
copyright, its first and last token, and whether it has a first."""


@compiled
def _read_text(
    data: Bytes,
    tokens: Numbers,
    number: Whole,
    is_link: Whole,
    is_pre: Whole,
    state: Numbers,
    key: Keys,
) -> bool:
    """Add a text to the block in hand; whether it holds more than white space."""
    at, stop, is_text = tokens[number, BEGIN], tokens[number, STOP], False
    if is_pre and not state[BEGUN]:
        state[BEGUN], state[FROM] = 1, number
    while at < stop:
        point, width = np.int64(data[at]), 1
        if point >= 128 or point == _AMPERSAND:
            point, width = _decode(data, at, stop)
        if point <= 32 or point == 0xA0:
            state[SPACE] = 1
        else:
            if not state[BEGUN]:
                state[BEGUN], state[FROM] = 1, number
            is_text = True
            _add(point, width, is_link, state, key)
            if point == _SIGN or (point == _CAPITAL and _is_copyright(data, at, stop)):
                state[SPEAKS] = 1
        at += width
    if is_text:
        state[TO] = number
    return is_text


@compiled
def _add(point: Whole, width: Whole, is_link: Whole, state: Numbers, key: Keys) -> None:
    if state[SPACE] and state[CHARACTERS]:
        state[WIDTH] += 2
        if is_link and state[SEEN]:
            state[LINK_WIDTH] += 2
        key[0] = (key[0] ^ uint64(32)) * PRIME
    state[SPACE] = 0
    weight = 2 if point < 128 else 1 + width
    state[CHARACTERS] += 1
    state[WIDTH] += weight
    state[SEEN] = 0
    if is_link:
        state[LINK_WIDTH] += weight
        state[SEEN] = 1
    state[LATEST] = point
    if (point < 64 or point >= 128) and _holds(_PUNCTUATION, point):
        state[POINTS] += 1
    key[0] = (key[0] ^ uint64(point)) * PRIME


@compiled
def _decode(data: Bytes, at: Whole, stop: Whole) -> tuple[Whole, Whole]:
    """A character and its width in bytes. `&lt;` and the like are one: the serialisation has
    `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&nbsp;` alone."""
    first = np.int64(data[at])
    if first == _AMPERSAND:
        for end in range(at + 1, min(at + 7, stop)):
            if data[end] == _SEMICOLON:
                return (0xA0 if data[at + 1] == 110 else first), end + 1 - at
    if first < 0xC0:
        return first, 1
    width = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    if at + width > stop:
        return first, 1
    point = first & (0x7F >> width)
    for place in range(at + 1, at + width):
        point = point << 6 | (np.int64(data[place]) & 0x3F)
    return point, width


@compiled
def _holds(points: Numbers, point: Whole) -> bool:
    found = np.searchsorted(points, point)
    return bool(found < len(points) and points[found] == point)


@compiled
def _is_copyright(data: Bytes, at: Whole, stop: Whole) -> bool:
    if at + len(_COPYRIGHT) > stop:
        return False
    return bool(np.all(data[at : at + len(_COPYRIGHT)] == _COPYRIGHT))


@compiled
def _flush(
    state: Numbers, key: Keys, own: Whole, blocks: Numbers, keys: Keys, count: Whole
) -> Whole:
    """Write the block in hand, if there is one, and begin another; how many were written."""
    if not state[CHARACTERS]:
        state[:] = 0
        return 0
    blocks[count, FIRST], blocks[count, FINAL] = state[FROM], state[TO]
    blocks[count, OWNER] = own
    blocks[count, LENGTH] = state[WIDTH] // 2
    blocks[count, LINKED] = state[LINK_WIDTH] // 2
    blocks[count, MARKS] = state[POINTS]
    if _holds(_ENDS, state[LATEST]):
        blocks[count, FLAGS] += ENDS
    if state[SPEAKS]:
        blocks[count, FLAGS] += NOTICE
    keys[count] = key[0]
    state[:] = 0
    key[0] = BASIS
    return 1
