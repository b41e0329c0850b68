"""Compiled loops of planning: lengths counted, runs of equal sequences filled, pieces placed.

Best fit needs neither pieces nor sequences one by one. All pieces of one length are placed
together, longest length first, and sequences with the same content stand in runs: a first-in
first-out queue of runs for every free space, and one bit per space that says whether its queue
holds any. The fullest sequence that fits is in the queue of the lowest set bit at or above the
length; as many pieces as fit go into each sequence of the run, which then moves to the queue of
the space that is left. That is what placing one piece after another does, step for step.
"""

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
UInt64s = NDArray[np.uint64]

NONE = -1


@compiled
def count_lengths(lengths: Int64s, capacity: Whole) -> Int64s:
    """How many pieces of each length from 0 to the capacity the documents are cut into."""
    counts = np.zeros(capacity + 1, dtype=np.int64)
    for length in lengths:
        counts[capacity] += length // capacity
        counts[length % capacity] += 1
    counts[0] = 0
    return counts


@compiled
def _lowest(word: Whole) -> Whole:
    """Number of the lowest set bit of a word that is not 0, by halves."""
    low = word & (~word + uint64(1))
    bit = 0
    if low & uint64(0xFFFFFFFF) == uint64(0):
        bit += 32
        low >>= uint64(32)
    if low & uint64(0xFFFF) == uint64(0):
        bit += 16
        low >>= uint64(16)
    if low & uint64(0xFF) == uint64(0):
        bit += 8
        low >>= uint64(8)
    if low & uint64(0xF) == uint64(0):
        bit += 4
        low >>= uint64(4)
    if low & uint64(0x3) == uint64(0):
        bit += 2
        low >>= uint64(2)
    return bit + (1 if low & uint64(1) == uint64(0) else 0)


@compiled
def _fitting(spaces: UInt64s, length: Whole) -> Whole:
    """The smallest space with a sequence, at or above the length; NONE where there is none."""
    at = length >> 6
    word = spaces[at] & (~uint64(0) << uint64(length & 63))
    while word == uint64(0):
        at += 1
        if at == len(spaces):
            return NONE
        word = spaces[at]
    return (at << 6) + _lowest(word)


@compiled
def best_fit(counts: Int64s, bins: Int32s) -> Whole:
    """Fill the bin of each piece, longest piece first; returns how many bins there are.

    `counts` is from `count_lengths`; its last index is the capacity.
    """
    capacity = len(counts) - 1
    first = np.empty(len(bins) + capacity + 1, dtype=np.int32)  # of runs: the first bin,
    size = np.empty(len(first), dtype=np.int32)  # how many bins,
    after = np.empty(len(first), dtype=np.int32)  # and the next run in the queue
    head = np.full(capacity + 1, NONE, dtype=np.int32)
    tail = np.full(capacity + 1, NONE, dtype=np.int32)
    spaces = np.zeros((capacity >> 6) + 1, dtype=np.uint64)
    runs, opened, placed = 0, 0, 0
    for length in range(capacity, 0, -1):
        left = counts[length]
        while left > 0:
            space = _fitting(spaces, length)
            if space == NONE:
                space = capacity
                each = capacity // length
                bin_, available = opened, (left + each - 1) // each
                opened += available
            else:
                each = space // length
                bin_, available = first[head[space]], size[head[space]]
            filled = min(available, left // each)
            rest = min(left - filled * each, each - 1) if filled < available else 0
            for number in range(bin_, bin_ + filled):
                for _ in range(each):
                    bins[placed] = number
                    placed += 1
            for _ in range(rest):
                bins[placed] = bin_ + filled
                placed += 1
            left -= filled * each + rest
            used = filled + (1 if rest else 0)
            if space < capacity:
                run = head[space]
                first[run] += used
                size[run] -= used
                if size[run] == 0:
                    head[space] = after[run]
                    if head[space] == NONE:
                        spaces[space >> 6] &= ~(uint64(1) << uint64(space & 63))
            for part in range(2):
                count = filled if part == 0 else used - filled
                to = space - length * (each if part == 0 else rest)
                if count == 0 or to == 0:
                    continue
                first[runs], size[runs], after[runs] = bin_ + filled * part, count, NONE
                if head[to] == NONE:
                    head[to] = runs
                    spaces[to >> 6] |= uint64(1) << uint64(to & 63)
                else:
                    after[tail[to]] = runs
                tail[to] = runs
                runs += 1
    return opened


@compiled
def place(
    lengths: Int64s,
    counts: Int64s,
    bins: Int32s,
    ends: Int64s,
    document: Int32s,
    start: Int64s,
    length: Int32s,
) -> None:
    """Fill the pieces sequence by sequence, in document order within one, and the sequences' ends.

    `bins` are those of `best_fit`. Sequences are numbered by their first piece, so that they
    follow the order of the documents.
    """
    capacity = len(counts) - 1
    at = np.zeros(capacity + 1, dtype=np.int64)  # of each length: its next place in `bins`
    for size in range(capacity - 1, 0, -1):
        at[size] = at[size + 1] + counts[size + 1]
    number = np.full(len(ends) - 1, NONE, dtype=np.int32)
    own = np.empty(len(bins), dtype=np.int32)
    met, piece = 0, 0
    for tokens in lengths:
        left = tokens
        while left > 0:
            size = min(left, capacity)
            bin_ = bins[at[size]]
            at[size] += 1
            if number[bin_] == NONE:
                number[bin_] = met
                met += 1
            own[piece] = number[bin_]
            ends[number[bin_] + 1] += 1
            piece += 1
            left -= size
    for bin_ in range(len(ends) - 1):
        ends[bin_ + 1] += ends[bin_]
    places = ends.copy()
    # one write to a far place per piece instead of three: document and length share a word
    placed = np.empty((len(bins), 2), dtype=np.int64)
    piece = 0
    for source in range(len(lengths)):
        left = lengths[source]
        begin = 0
        while left > 0:
            size = min(left, capacity)
            to = places[own[piece]]
            places[own[piece]] = to + 1
            placed[to, 0], placed[to, 1] = (source << 32) | size, begin
            piece += 1
            begin += size
            left -= size
    for piece in range(len(bins)):
        document[piece], length[piece] = placed[piece, 0] >> 32, placed[piece, 0] & 0xFFFFFFFF
        start[piece] = placed[piece, 1]
