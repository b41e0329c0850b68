"""Repeated n-grams of one text, measured in characters, compiled."""

from typing import NamedTuple

import numpy as np
from numpy import uint64

from synth_assets.compiled import Whole, compiled
from synth_assets.filtering.repetition import DUPLICATE_SIZES, TOP_SIZES
from synth_assets.filtering.words import Words
from synth_assets.text.columns import Int32s, Int64s, UInt64s

_SHORTEST, _LONGEST, _LONGEST_TOP = TOP_SIZES[0], DUPLICATE_SIZES[-1], TOP_SIZES[-1]
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Room(NamedTuple):
    """Arrays that are used anew for every text: as many items as it has words or lines, the table
    of slots (items by number from 1, 0 where there is none) up to four times as many and never
    under 16. Numbers have 32 bits, so that a text of 50 MB takes no more than it must."""

    starts: Int32s
    rolling: UInt64s
    ids: Int32s
    counts: Int32s
    ends: Int32s
    table: Int32s


@compiled
def make_room(items: Whole) -> Room:
    """Memory that no text needs is not touched, and so not taken."""
    slots = 16
    while slots < 2 * items:
        slots *= 2
    return Room(
        np.empty(items, dtype=np.int32),
        np.empty(items, dtype=np.uint64),
        np.empty(items, dtype=np.int32),
        np.empty(items, dtype=np.int32),
        np.empty(items + 1, dtype=np.int32),
        np.empty(slots, dtype=np.int32),
    )


@compiled
def number(keys: UInt64s, count: Whole, room: Room) -> Whole:
    """Number the keys at `room.starts`, equal ones alike, from 0 in order of their first
    occurrence: `room.ids`, and how often each occurs: `room.counts`. Returns how many differ."""
    size = 16
    while size < 2 * count:
        size *= 2
    last = uint64(size - 1)
    room.table[:size] = 0
    found = 0
    for item in range(count):
        wanted = keys[room.starts[item]]
        key = (wanted ^ (wanted >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
        key = (key ^ (key >> uint64(27))) * uint64(0x94D049BB133111EB)
        slot = (key ^ (key >> uint64(31))) & last
        while room.table[slot] != 0 and keys[room.starts[room.table[slot] - 1]] != wanted:
            slot = (slot + uint64(1)) & last
        if room.table[slot] == 0:
            room.table[slot] = item + 1
            room.ids[item] = found
            room.counts[found] = 0
            found += 1
        owner = room.ids[room.table[slot] - 1]
        room.ids[item] = owner
        room.counts[owner] += 1
    return found


@compiled
def measure_ngrams(
    words: Words, count: Whole, unit: Whole, joiner: Whole, room: Room, out: Int64s
) -> None:
    """Characters in the most frequent n-gram of TOP_SIZES and in duplicates of DUPLICATE_SIZES,
    into `out`, (9,). An n-gram has n times `unit` words; `joiner` characters stand between two.

    A longer n-gram can be repeated only where its beginning is: each size looks at the starts that
    the one before left, and ends where there are none.
    """
    room.ends[0] = 0
    for word in range(count):
        room.starts[word] = word
        room.ends[word + 1] = room.ends[word] + words.lengths[word]
    left = count
    for size in range(1, _LONGEST * unit + 1):
        left = _extend(words, count, size, left, room)
        kinds = number(room.rolling, left, room)
        n = size // unit
        if size % unit == 0 and _SHORTEST <= n <= _LONGEST_TOP:
            out[n - _SHORTEST] = _top_chars(size, left, kinds, joiner, room)
        elif size % unit == 0 and n > _LONGEST_TOP:
            out[n - _SHORTEST] = _duplicate_chars(size, left, room)
        left = _keep_repeated(left, room)
        if left == 0:
            return


@compiled
def _extend(words: Words, count: Whole, size: Whole, left: Whole, room: Room) -> Whole:
    """Add a word to the n-grams of the starts that are left; those at the end of the text go."""
    kept = 0
    for item in range(left):
        start = room.starts[item]
        if start + size > count:
            break
        before = uint64(0) if size == 1 else room.rolling[start]
        room.rolling[start] = before * _FACTOR + words.hashes[start + size - 1]
        kept += 1
    return kept


@compiled
def _keep_repeated(left: Whole, room: Room) -> Whole:
    kept = 0
    for item in range(left):
        if room.counts[room.ids[item]] > 1:
            room.starts[kept] = room.starts[item]
            kept += 1
    return kept


@compiled
def _top_chars(size: Whole, left: Whole, kinds: Whole, joiner: Whole, room: Room) -> Whole:
    """Characters covered by the most frequent n-gram, those in overlaps counted once; among equally
    frequent ones the longest. 0 where none occurs twice."""
    most = 1
    for kind in range(kinds):
        most = max(most, room.counts[kind])
    if most == 1:
        return 0
    top, longest = -1, -1
    for item in range(left):
        kind = room.ids[item]
        if room.counts[kind] == most and kind != top:
            start = room.starts[item]
            chars = room.ends[start + size] - room.ends[start]
            if chars > longest:
                top, longest = kind, chars
    total, free_from = 0, 0
    for item in range(left):
        if room.ids[item] == top:
            start = room.starts[item]
            total += room.ends[start + size] - room.ends[max(start, free_from)]
            total += joiner * (start + size - 1 - max(start, free_from - 1))
            free_from = start + size
    return total


@compiled
def _duplicate_chars(size: Whole, left: Whole, room: Room) -> Whole:
    """Characters of the words in n-grams that occurred before, each word counted once: after a
    duplicate the scan goes on behind it. Turns the counts of what was met negative and back."""
    total, free_from = 0, 0
    for item in range(left):
        start, kind = room.starts[item], room.ids[item]
        if start < free_from:
            continue
        if room.counts[kind] < 0:
            free_from = start + size
            total += room.ends[free_from] - room.ends[start]
        else:
            room.counts[kind] = -room.counts[kind]
    for item in range(left):
        room.counts[room.ids[item]] = abs(room.counts[room.ids[item]])
    return total
