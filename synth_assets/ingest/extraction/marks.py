"""Compiled loops over the bytes of a serialised page: where its marks are, and what they say.

In a serialisation `<` and `>` stand in marks alone, and values between double quotes (HTML
standard, serialising HTML fragments).
"""

from typing import NamedTuple

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.ingest.extraction.hints import (
    ANCHOR,
    DOES,
    END,
    HINTS,
    INLINE,
    NEW_LINE,
    RAW,
    ROLES,
    SKIP,
    START,
    TAGS,
    Tag,
)

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]

TEXT, MARK, BREAK, LINK, LINK_END = range(5)
"""Kinds of token. Other marks within a line are none, and what they hold is text."""

KIND, BEGIN, STOP, ACT, TAG, HINT = range(6)
TOKEN_COLUMNS = 6
"""A token: its kind, first byte, first byte after it; of a mark what it does, `Tag` and `Hint`."""

_LESS, _MORE, _SLASH, _BANG, _DASH, _EQUALS, _QUOTE = (ord(sign) for sign in '<>/!-="')
_BASIS, _PRIME = 0xCBF29CE484222325, 0x100000001B3
BASIS, PRIME = np.uint64(_BASIS), np.uint64(_PRIME)


def key_of(name: str) -> int:
    """FNV-1a, 64 bits (RFC 9923)."""
    key = _BASIS
    for byte in name.encode():
        key = (key ^ byte) * _PRIME & 0xFFFFFFFFFFFFFFFF
    return key


class Tables(NamedTuple):
    """Sorted keys of names, words and roles, and what they mean: what a mark does and its `Tag`
    bits, `Hint` bits, `Tag` bits."""

    names: Keys
    acts: Numbers
    tags: Numbers
    words: Keys
    hints: Numbers
    roles: Keys
    role_tags: Numbers


def make_tables() -> Tables:
    """From the lists of `hints`."""
    names = {name: (DOES.get(name, START), TAGS.get(name, 0)) for name in [*DOES, *TAGS]}
    acts = {name: act for name, (act, _) in names.items()}
    tags = {name: tag for name, (_, tag) in names.items()}
    return Tables(*_table(acts), _table(tags)[1], *_table(HINTS), *_table(ROLES))


def _table(values: dict[str, int]) -> tuple[Keys, Numbers]:
    keys, found = zip(*sorted((key_of(name), value) for name, value in values.items()), strict=True)
    return np.array(keys, np.uint64), np.array(found, np.int64)


_CLASS, _ID, _PROPERTY, _ROLE, _HIDDEN, _STYLE, _ARIA = (
    np.uint64(key_of(name))
    for name in ("class", "id", "itemprop", "role", "hidden", "style", "aria-hidden")
)
_BODY, _BLOCKQUOTE, _TRUE = (np.uint64(key_of(name)) for name in ("body", "blockquote", "true"))
_CHROME = Tag.NAV | Tag.FOOTER
_DISPLAY, _NONE, _VISIBILITY, _UNSEEN = (
    np.frombuffer(word, np.uint8) for word in (b"display", b"none", b"visibility", b"hidden")
)


@compiled
def find_tokens(data: Bytes, tables: Tables, tokens: Numbers, keys: Keys) -> Whole:
    """Fill the table of tokens and the keys of marks' names; the number of tokens.

    There are at most two tokens per `<` and one more.
    """
    count, at, begin, size = 0, 0, 0, len(data)
    while at < size:
        if data[at] != _LESS or not _is_mark(data, at):
            at += 1
            continue
        if at > begin:
            tokens[count, KIND], tokens[count, BEGIN], tokens[count, STOP] = TEXT, begin, at
            count += 1
        stop = _after(data, at)
        if data[at + 1] != _BANG:
            is_end = data[at + 1] == _SLASH
            first = at + 2 if is_end else at + 1
            last = _name_end(data, first)
            key = _hash(data, first, last)
            place = _find(tables.names, key)
            act = START if place < 0 else tables.acts[place]
            if act == RAW and not is_end:
                stop = _after_raw(data, stop, key)
            elif act not in (INLINE, RAW):
                tokens[count, BEGIN], tokens[count, STOP], keys[count] = at, stop, key
                _read(data, last, is_end, act, place, tables, tokens[count], key)
                count += 1
        at = begin = stop
    if size > begin:
        tokens[count, KIND], tokens[count, BEGIN], tokens[count, STOP] = TEXT, begin, size
        count += 1
    return count


@compiled
def _read(
    data: Bytes,
    at: Whole,
    is_end: Whole,
    act: Whole,
    place: Whole,
    tables: Tables,
    token: Numbers,
    key: Whole,
) -> None:
    """What a mark says, from the end of its name on."""
    token[KIND], token[ACT], token[TAG], token[HINT] = MARK, act, 0, 0
    if act == ANCHOR:
        token[KIND] = LINK_END if is_end else LINK
    elif act == NEW_LINE:
        token[KIND] = BREAK
    elif is_end:
        token[ACT] = END
    elif act == START:
        if place >= 0:
            token[TAG] = tables.tags[place]
        _read_attributes(data, at, tables, token)
        # What is quoted is often an embedded post, whose classes name the network it is from.
        if key in (_BODY, _BLOCKQUOTE):
            token[HINT] = 0
        if token[TAG] & _CHROME:
            token[ACT] = SKIP


@compiled
def _read_attributes(data: Bytes, at: Whole, tables: Tables, token: Numbers) -> None:
    stop = token[STOP] - 1
    while at < stop:
        begin = at + 1
        end = _name_end(data, begin)
        key = _hash(data, begin, end)
        value = end + 2
        at = value
        while at < stop and data[at] != _QUOTE:
            at += 1
        if key in (_CLASS, _ID, _PROPERTY):
            token[HINT] |= _hint(data, value, at, tables)
        elif key == _ROLE:
            token[HINT] |= _hint(data, value, at, tables)
            place = _find(tables.roles, _hash(data, value, at))
            if place >= 0:
                token[TAG] |= tables.role_tags[place]
        elif _hides(data, value, at, key):
            token[ACT] = SKIP
        at += 1


@compiled
def _hides(data: Bytes, at: Whole, stop: Whole, key: Whole) -> bool:
    """Whether an attribute of that name with that value keeps an element from being shown."""
    if key == _ARIA:
        return bool(_hash(data, at, stop) == _TRUE)
    return bool(key == _HIDDEN or (key == _STYLE and _is_unseen(data, at, stop)))


@compiled
def _hint(data: Bytes, at: Whole, stop: Whole, tables: Tables) -> Whole:
    """Bits of the words of a value; a word ends where no letter follows, or a capital does."""
    hint, key, was_small = 0, BASIS, False
    while at <= stop:
        byte = data[at] if at < stop else 0
        is_capital = bool(65 <= byte <= 90)
        is_small = bool(97 <= byte <= 122)
        if not is_small and not (is_capital and not was_small):
            if key != BASIS:
                place = _find(tables.words, key)
                if place >= 0:
                    hint |= tables.hints[place]
            key = BASIS
        if is_small or is_capital:
            key = (key ^ uint64(byte | 32)) * PRIME
        was_small = is_small
        at += 1
    return hint


@compiled
def _is_unseen(data: Bytes, at: Whole, stop: Whole) -> bool:
    while at < stop:
        if _says(data, at, stop, _DISPLAY, _NONE) or _says(data, at, stop, _VISIBILITY, _UNSEEN):
            return True
        at += 1
    return False


@compiled
def _says(data: Bytes, at: Whole, stop: Whole, name: Bytes, value: Bytes) -> bool:
    """Whether a declaration stands here, white space around its colon allowed."""
    for place in range(len(name)):
        if at >= stop or data[at] | 32 != name[place]:
            return False
        at += 1
    while at < stop and (data[at] <= 32 or data[at] == 58):
        at += 1
    for place in range(len(value)):
        if at >= stop or data[at] | 32 != value[place]:
            return False
        at += 1
    return True


@compiled
def _is_mark(data: Bytes, at: Whole) -> bool:
    if at + 2 >= len(data):
        return False
    follows = data[at + 1]
    if follows == _SLASH:
        follows = data[at + 2]
    return bool(97 <= follows <= 122 or follows == _BANG)


@compiled
def _after(data: Bytes, at: Whole) -> Whole:
    """The byte after a mark or comment."""
    size = len(data)
    if data[at + 1] == _BANG and at + 3 < size and data[at + 2] == _DASH:
        at += 4
        while at < size and not (
            data[at] == _MORE and data[at - 1] == _DASH and data[at - 2] == _DASH
        ):
            at += 1
    else:
        while at < size and data[at] != _MORE:
            at += 1
    return min(at + 1, size)


@compiled
def _name_end(data: Bytes, at: Whole) -> Whole:
    while at < len(data):
        byte = data[at]
        if byte <= 32 or byte in (_SLASH, _MORE, _EQUALS):
            break
        at += 1
    return at


@compiled
def _after_raw(data: Bytes, at: Whole, key: Whole) -> Whole:
    """The byte after the end mark of an element that is serialised without escapes."""
    size = len(data)
    while at < size:
        is_end = data[at] == _LESS and at + 1 < size and data[at + 1] == _SLASH
        if is_end and _hash(data, at + 2, _name_end(data, at + 2)) == key:
            return _after(data, at)
        at += 1
    return size


@compiled
def _hash(data: Bytes, start: Whole, stop: Whole) -> Whole:
    key = BASIS
    for at in range(start, stop):
        key = (key ^ uint64(data[at])) * PRIME
    return key


@compiled
def _find(keys: Keys, key: Whole) -> Whole:
    """Place of a key; -1 where it is not there."""
    place = np.searchsorted(keys, key)
    return place if place < len(keys) and keys[place] == key else -1
