"""Compiled loops over sets of shingles, each an array of distinct 64-bit hashes in no order."""

import numpy as np
from numpy import uint64

from synth_assets.compiled import Whole, compiled
from synth_assets.dedup.kernel import Sink, shingle_text
from synth_assets.text.columns import Bytes, Int64s, UInt32s, UInt64s


@compiled
def shingle_sets(
    data: Bytes,
    ends: Int64s,
    first: Whole,
    last: Whole,
    fold: UInt32s,
    multipliers: UInt64s,
    starts: Int64s,
    out: UInt64s,
    counts: Int64s,
) -> None:
    """Distinct 64-bit shingle hashes of the texts `first` to `last`, each text's from its start in
    `out` on, where there must be room for the repeated ones too; `counts` takes how many."""
    minima = np.empty(0, dtype=np.uint32)
    for text in range(first, last):
        if ends[text] == ends[text + 1] or starts[text] == starts[text + 1]:
            counts[text] = 0
            continue
        room = out[starts[text] : starts[text + 1]]
        sink = Sink(multipliers, minima, minima, minima, room)
        found = shingle_text(data, ends[text], ends[text + 1], fold, sink)
        counts[text] = _distinct(room[:found])


@compiled
def _table(size: Whole) -> UInt64s:
    """An open-addressing table at most half full; 0 marks a free place."""
    room = 16
    while room < 2 * size:
        room *= 2
    return np.zeros(room, dtype=np.uint64)


@compiled
def _place(table: UInt64s, value: Whole) -> Whole:
    """Where a value is, or where it would be."""
    mask = uint64(len(table) - 1)
    at = (value ^ (value >> uint64(29))) & mask
    while table[at] != 0 and table[at] != value:
        at = (at + uint64(1)) & mask
    return at


@compiled
def _distinct(values: UInt64s) -> Whole:
    """Move the first of all equal values to the front, in place; returns how many there are. A hash
    of 0 counts as 1, which the table can hold."""
    table, count = _table(len(values)), 0
    for given in values:
        value = max(given, uint64(1))
        at = _place(table, value)
        if table[at] == 0:
            table[at] = value
            values[count] = value
            count += 1
    return count


@compiled
def common(one: UInt64s, other: UInt64s) -> Whole:
    """How many values two sets share."""
    table, count = _table(len(one)), 0
    for value in one:
        table[_place(table, value)] = value
    for value in other:
        count += table[_place(table, value)] == value
    return count


@compiled
def move(hashes: UInt64s, starts: Int64s, counts: Int64s, places: Int64s, out: UInt64s) -> None:
    """Copy runs of hashes to their places."""
    for run in range(len(counts)):
        for at in range(counts[run]):
            out[places[run] + at] = hashes[starts[run] + at]
