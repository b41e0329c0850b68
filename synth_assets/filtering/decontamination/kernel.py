"""The compiled loop over the bytes of a text column: words, n-grams, candidates.

Memory does not depend on the length of a text: of its words only the last few are held, as a
polynomial over their hashes, from which the hash of an n-gram of any size is one multiplication.
"""

from typing import NamedTuple

import numpy as np
from numpy import uint8, uint64

from synth_assets.compiled import Whole, compiled
from synth_assets.filtering.decontamination.normal import GAP, SEVERAL, SIZE, SKIP, WIDE, Tables
from synth_assets.text.columns import Bytes, Int64s, UInt64s
from synth_assets.text.utf8 import decode

RING = 32
"""Words held, a power of two; an n-gram has fewer."""

BASIS, PRIME = 0xCBF29CE484222325, 0x100000001B3
"""FNV-1a, 64 bits (RFC 9923), over folded letters."""

BASE = 0x9E3779B97F4A7C15
"""Of the polynomial; odd."""

MIX = 0xBF58476D1CE4E5B9

_BASIS, _PRIME, _BASE, _MIX = map(np.uint64, (BASIS, PRIME, BASE, MIX))
_GAP, _SKIP, _SEVERAL, _WIDE = map(np.uint32, (GAP, SKIP, SEVERAL, WIDE))
_SIZE = np.uint32(SIZE)
_MASK = RING - 1


class Sought(NamedTuple):
    """Sorted `keys` of n-grams of all `sizes`; `powers` are BASE to the power of each of these.
    `bits` is a Bloom filter of the keys: a key's upper bits, `shift` to the right, choose a word,
    its lower ones two bits of that."""

    sizes: Int64s
    powers: UInt64s
    bits: UInt64s
    shift: np.uint64
    keys: UInt64s


@compiled
def _probe(sums: UInt64s, count: Whole, sought: Sought, found: Int64s, done: Whole) -> Whole:
    """Look up the n-grams that end with the last of `count` words; a candidate is a row of `found`:
    the word's number and the first place of its key. Returns the rows done, -1 where there is no
    room."""
    bits, shift = sought.bits, sought.shift
    last = sums[count & _MASK]
    for number in range(len(sought.sizes)):
        size = sought.sizes[number]
        if size > count:
            continue
        key = last - sums[(count - size) & _MASK] * sought.powers[number]
        key = (key ^ (key >> uint64(29)) ^ uint64(size)) * _MIX
        key ^= key >> uint64(32)
        held = bits[key >> shift] >> (key & uint64(63))
        if held & (bits[key >> shift] >> ((key >> uint64(6)) & uint64(63))) & uint64(1) == 0:
            continue
        at = np.searchsorted(sought.keys, key)
        if at == len(sought.keys) or sought.keys[at] != key:
            continue
        if done == len(found):
            return -1
        found[done, 0], found[done, 1] = count - 1, at
        done += 1
    return done


@compiled
def candidates(
    data: Bytes, start: Whole, end: Whole, known: Tables, sought: Sought, found: Int64s
) -> Whole:
    """Candidates of one text; see `_probe`."""
    characters, letters, starts = known.characters, known.letters, known.starts
    sums = np.zeros(RING, dtype=np.uint64)
    one = np.zeros(1, dtype=np.uint32)
    state, is_whole, count, done = _BASIS, False, 0, 0
    at, stop = uint64(start), uint64(end)  # unsigned, which spares a test for negative indices
    while at <= stop:
        while at < stop and not is_whole and data[at] < uint8(0x80):
            letter = characters[data[at]]
            if letter == _GAP:
                break
            state = (state ^ uint64(letter)) * _PRIME
            at += uint64(1)
        parts, first, number = one, 0, 1
        if at == stop:
            one[0], length = _GAP, 1
        elif data[at] < uint8(0x80):
            one[0], length = characters[data[at]], 1
        else:
            code, length = decode(data, at)
            one[0] = characters[code] if code < _SIZE else _GAP
            if one[0] == _SKIP:
                number = 0
            elif one[0] & _SEVERAL != 0:
                place = one[0] ^ _SEVERAL
                parts, first = letters, starts[place]
                number = starts[place + 1] - first
        at += uint64(length)
        for part in range(first, first + number):
            letter = parts[part]
            is_wide = letter & _WIDE != 0
            if state != _BASIS and (letter == _GAP or is_wide or is_whole):
                sums[(count + 1) & _MASK] = sums[count & _MASK] * _BASE + state
                count += 1
                state = _BASIS
                done = _probe(sums, count, sought, found, done)
                if done < 0:
                    return done
            if letter != _GAP:
                state = (state ^ uint64(letter & ~_WIDE)) * _PRIME
                is_whole = is_wide
    return done


@compiled
def scan(
    data: Bytes,
    ends: Int64s,
    first: Whole,
    known: Tables,
    sought: Sought,
    found: Int64s,
    counts: Int64s,
) -> Whole:
    """Candidates of the texts from number `first` on, one text's after the other's, with their
    numbers in `counts`; returns the text for which there was no more room, or how many there are.

    `ends` are the offsets of an Arrow string column, (texts + 1,).
    """
    done = 0
    for text in range(first, len(counts)):
        more = candidates(data, ends[text], ends[text + 1], known, sought, found[done:])
        if more < 0:
            return text
        counts[text] = more
        done += more
    return len(counts)
