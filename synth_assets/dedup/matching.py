"""Compiled loops over bands, signatures and shingle sets: who may equal whom, and who does.

A band index is (bands + 1, entries) of uint64, each band sorted; an entry is the upper bits of a
band's hash and, in its lower `bits`, a row number of the batch. Rows are in precedence, so a run of
equal hashes is in precedence too. The last band is of content hashes.
"""

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.dedup.sets import common
from synth_assets.text.columns import Int64s, UInt32s, UInt64s

Marks = NDArray[np.bool_]
Floats = NDArray[np.float64]


@compiled
def agreeing(one: UInt32s, other: UInt32s) -> Whole:
    """How many permutations two signatures agree in."""
    count = 0
    for at in range(len(one)):
        count += one[at] == other[at]
    return count


@compiled
def find(parents: Int64s, item: Whole) -> Whole:
    """The number that stands for the item's component, its smallest (Tarjan 1975, path halving)."""
    while parents[item] != item:
        parents[item] = parents[parents[item]]
        item = parents[item]
    return item


@compiled
def join(parents: Int64s, one: Whole, other: Whole) -> None:
    """Make two components one."""
    first, second = find(parents, one), find(parents, other)
    parents[max(first, second)] = min(first, second)


@compiled
def join_all(parents: Int64s, ones: Int64s, others: Int64s) -> None:
    for at in range(len(ones)):
        join(parents, ones[at], others[at])


@compiled
def roots(parents: Int64s) -> Int64s:
    """What `find` says of every item."""
    found = np.empty_like(parents)
    for item in range(len(parents)):
        found[item] = find(parents, item)
    return found


@compiled
def mark_repeated(band: UInt64s, bits: Whole, marks: Marks) -> None:
    """Mark the rows whose hash another entry of the band has."""
    shift, mask = uint64(bits), (uint64(1) << uint64(bits)) - uint64(1)
    for at in range(1, len(band)):
        if band[at] >> shift == band[at - 1] >> shift:
            marks[band[at] & mask] = True
            marks[band[at - 1] & mask] = True


@compiled
def _gallop(band: UInt64s, start: Whole, key: Whole, shift: Whole) -> Whole:
    """First place from `start` on whose hash is not below the key, by doubling steps and a
    bisection: a band much longer than the other is not gone through."""
    step, low = 1, start
    while low + step < len(band) and band[low + step] >> shift < key:
        low += step
        step *= 2
    high = min(low + step, len(band))
    while low < high:
        middle = (low + high) // 2
        if band[middle] >> shift < key:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def mark_shared(
    own: UInt64s, own_bits: Whole, other: UInt64s, other_bits: Whole, marks: Marks
) -> None:
    """Mark the rows of `own` whose hash is in `other`, as far as both hold its bits."""
    shift = uint64(max(own_bits, other_bits))
    mask = (uint64(1) << uint64(own_bits)) - uint64(1)
    place, at = 0, 0
    while at < len(own):
        key = own[at] >> shift
        place = _gallop(other, place, key, shift)
        if place == len(other):
            return
        found = other[place] >> shift
        if found == key:
            marks[own[at] & mask] = True
            at += 1
        else:
            at = _gallop(own, at, found, shift)


@compiled
def content_pairs(
    hashes: UInt64s, band: UInt64s, bits: Whole, below: Int64s, probes: Int64s, rows: Int64s
) -> Whole:
    """Probes and the rows under `below` whose content hash agrees; returns their number, and fills
    the arrays as far as they have room."""
    shift, mask = uint64(bits), (uint64(1) << uint64(bits)) - uint64(1)
    count = 0
    for probe in range(len(hashes)):
        key = hashes[probe] >> shift
        place = np.searchsorted(band, key << shift)
        while place < len(band) and band[place] >> shift == key:
            row = np.int64(band[place] & mask)
            if row < below[probe]:
                if count < len(rows):
                    probes[count], rows[count] = probe, row
                count += 1
            place += 1
    return count


@compiled
def next_candidates(
    hashes: UInt64s,
    signatures: UInt32s,
    bands: UInt64s,
    bits: Whole,
    minhash: UInt32s,
    cursors: Int64s,
    below: Int64s,
    limit: Whole,
    floor: Whole,
    probes: Int64s,
    rows: Int64s,
) -> Whole:
    """For each probe its next rows, in precedence, that share a band and agree in at least `floor`
    permutations, at most `limit` of them; `cursors` say where to go on, and hold `below` at the
    end. `probes` and `rows` have room for all. Returns the number found."""
    shift, mask = uint64(bits), (uint64(1) << uint64(bits)) - uint64(1)
    width = hashes.shape[1]
    places = np.empty(width, dtype=np.int64)
    count = 0
    for probe in range(len(hashes)):
        for band in range(width):
            key = hashes[probe, band] >> shift << shift
            places[band] = np.searchsorted(bands[band], key | uint64(cursors[probe]))
        found = 0
        while found < limit:
            row = below[probe]
            for band in range(width):
                if places[band] < bands.shape[1]:
                    entry = bands[band, places[band]]
                    if entry >> shift == hashes[probe, band] >> shift:
                        row = min(row, np.int64(entry & mask))
            cursors[probe] = row
            if row == below[probe]:
                break
            for band in range(width):
                if places[band] < bands.shape[1]:
                    entry = bands[band, places[band]]
                    same = entry >> shift == hashes[probe, band] >> shift
                    places[band] += same and np.int64(entry & mask) == row
            cursors[probe] = row + 1
            if agreeing(signatures[probe], minhash[row]) >= floor:
                probes[count], rows[count] = probe, row
                count += 1
                found += 1
    return count


@compiled
def _are_kin(starts: Int64s, keys: Int64s, one: Whole, other: Whole) -> bool:
    """Whether two rows have a family key in common; keys of a row are sorted."""
    first, second = starts[one], starts[other]
    while first < starts[one + 1] and second < starts[other + 1]:
        if keys[first] == keys[second]:
            return True
        if keys[first] < keys[second]:
            first += 1
        else:
            second += 1
    return False


@compiled
def are_foreign(starts: Int64s, keys: Int64s, copies: Int64s, one: Whole, other: Whole) -> bool:
    """Whether some document of each text is no kin of the other; `copies` leads from each row to
    the next of the same text, -1 at the last."""
    mine = one
    while mine >= 0:
        theirs = other
        while theirs >= 0:
            if not _are_kin(starts, keys, mine, theirs):
                return True
            theirs = copies[theirs]
        mine = copies[mine]
    return False


@compiled
def similarity(
    sets: UInt64s, starts: Int64s, sizes: Int64s, one: Whole, other: Whole, threshold: float
) -> Whole:
    """Exact Jaccard of two sets, or 0 where their sizes alone rule the threshold out."""
    less, more = min(sizes[one], sizes[other]), max(sizes[one], sizes[other])
    if less == 0 or less < threshold * more:
        return 0.0
    first = sets[starts[one] : starts[one] + sizes[one]]
    second = sets[starts[other] : starts[other] + sizes[other]]
    shared = common(first, second)
    return shared / (less + more - shared)


@compiled
def kin_pairs(
    members: Int64s, ends: Int64s, minhash: UInt32s, floor: Whole, ones: Int64s, others: Int64s
) -> Whole:
    """Pairs of texts of one family, `members[ends[k] : ends[k + 1]]`, that agree in at least
    `floor` permutations; returns their number, and fills the arrays as far as they have room."""
    count = 0
    for family in range(len(ends) - 1):
        for second in range(ends[family], ends[family + 1]):
            for first in range(ends[family], second):
                one, other = members[first], members[second]
                if one != other and agreeing(minhash[one], minhash[other]) >= floor:
                    if count < len(ones):
                        ones[count], others[count] = one, other
                    count += 1
    return count


@compiled
def link_band(
    band: UInt64s,
    bits: Whole,
    slots: Int64s,
    minhash: UInt32s,
    floor: Whole,
    sets: UInt64s,
    starts: Int64s,
    sizes: Int64s,
    threshold: float,
    family_starts: Int64s,
    family_keys: Int64s,
    copies: Int64s,
    parents: Int64s,
    skips: Int64s,
    ones: Int64s,
    others: Int64s,
    values: Floats,
    linked: Whole,
) -> tuple[Whole, Whole]:
    """Compare the texts that share a hash of one band wherever two components meet, and join what
    is verified; appends to the links, of which there are `linked`.

    A text is compared with each component of its run until one comparison holds. `skips` leads
    over neighbours that have become one component: a million templated pages cost a step each.
    Returns the new number of links, and how many pairs were compared exactly.
    """
    shift, mask = uint64(bits), (uint64(1) << uint64(bits)) - uint64(1)
    compared, first, last = 0, 0, 0
    for at in range(len(band)):
        skips[at] = at + 1
    for at in range(1, len(band) + 1):
        if at < len(band) and band[at] >> shift == band[first] >> shift:
            last = at
        else:
            first, last = at, at
            continue
        row = np.int64(band[at] & mask)
        if slots[row] < 0:
            continue
        start = first
        while start < last:
            root = find(parents, np.int64(band[start] & mask))
            stop = skips[start]
            while stop < last and find(parents, np.int64(band[stop] & mask)) == root:
                stop = skips[stop]
            stop = min(stop, last)
            skips[start] = stop
            place, start = start, stop
            if find(parents, row) == root:
                continue
            while place < stop:
                other = np.int64(band[place] & mask)
                place += 1
                if (
                    slots[other] < 0
                    or agreeing(minhash[row], minhash[other]) < floor
                    or not are_foreign(family_starts, family_keys, copies, row, other)
                ):
                    continue
                compared += 1
                value = similarity(sets, starts, sizes, slots[row], slots[other], threshold)
                if value >= threshold:
                    ones[linked], others[linked], values[linked] = other, row, value
                    linked += 1
                    join(parents, row, other)
                    break
    return linked, compared
