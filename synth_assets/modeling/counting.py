"""How often each n-gram of a sequence of word numbers occurs, one order after the other.

An n-gram stands behind its prefix: it is the number of its first words' n-gram and its last word.
So a level is a sorted array, and a word sequence of any length is one number per order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.modeling.vocabulary import BEGIN
from synth_assets.text.columns import Int64s, UInt32s, UInt64s

NONE = -1


@dataclass(frozen=True)
class Level:
    """All n-grams of one order, sorted by prefix and last word.

    `parents` are the places of the prefixes among the order below, `words` the last words, `counts`
    the occurrences, `suffixes` the places, in the order below, of the n-grams without their first
    word; `begins` says which ones start with the mark of a sentence's begin. The first order has
    one for every word, and neither parents nor suffixes.
    """

    parents: Int64s
    words: UInt32s
    counts: Int64s
    suffixes: Int64s
    begins: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.words)


def count_ngrams(tokens: UInt32s, n_words: int, order: int) -> Iterator[Level]:
    """The levels from 1 to `order` of sentences that each start with BEGIN, one behind the other;
    no n-gram goes over a BEGIN. Memory is some 60 bytes a token.
    """
    level = _words(tokens, n_words)
    yield level
    places = tokens.astype(np.int64)
    for depth in range(2, order + 1):
        keys = _keys(tokens, places, n_words)
        there = keys != np.uint64(0)
        unique, inverse, counts = np.unique(keys[there], return_inverse=True, return_counts=True)
        del keys
        places[:] = NONE
        places[there] = inverse
        level = _deeper(level, unique - np.uint64(1), counts, n_words, first=depth == 2)
        yield level


def _words(tokens: UInt32s, n_words: int) -> Level:
    numbers = np.arange(n_words)
    none = np.empty(0, dtype=np.int64)
    counts = np.bincount(tokens, minlength=n_words)
    return Level(none, numbers.astype(np.uint32), counts, none, numbers == BEGIN)


def _keys(tokens: UInt32s, places: Int64s, n_words: int) -> UInt64s:
    """(tokens,) Of the n-gram that ends with each token, 0 for none: 1 more than what its prefix
    and its last word make."""
    keys = np.zeros(len(tokens), dtype=np.uint64)
    there = (places[:-1] != NONE) & (tokens[1:] != BEGIN)
    wide = places[:-1].astype(np.uint64) * np.uint64(n_words) + tokens[1:] + np.uint64(1)
    keys[1:][there] = wide[there]
    return keys


def _deeper(above: Level, keys: UInt64s, counts: Int64s, n_words: int, *, first: bool) -> Level:
    parents = (keys // np.uint64(n_words)).astype(np.int64)
    words = (keys % np.uint64(n_words)).astype(np.uint32)
    suffixes = words.astype(np.int64) if first else _suffixes(above, parents, words)
    return Level(parents, words, counts.astype(np.int64), suffixes, above.begins[parents])


def _suffixes(above: Level, parents: Int64s, words: UInt32s) -> Int64s:
    """Without its first word, an n-gram is what its prefix is without it, and its last word."""
    starts = child_starts(above, int(above.parents.max(initial=-1)) + 1)
    found = np.empty(len(words), dtype=np.int64)
    _find_all(above.suffixes[parents], words, starts, above.words, found)
    return found


def child_starts(level: Level, n_above: int) -> Int64s:
    """(n_above + 1,) Where the n-grams behind each prefix begin."""
    return np.searchsorted(level.parents, np.arange(n_above + 1)).astype(np.int64)


@compiled
def find_child(first: Whole, last: Whole, word: Whole, words: UInt32s) -> Whole:
    """Place of a word in a sorted stretch, or NONE."""
    stop = last
    while first < stop:
        middle = (first + stop) >> 1
        if words[middle] < word:
            first = middle + 1
        else:
            stop = middle
    if first < last and words[first] == word:
        return first
    return NONE


@compiled
def _find_all(
    prefixes: Int64s, last_words: UInt32s, starts: Int64s, words: UInt32s, found: Int64s
) -> None:
    for one in range(len(prefixes)):
        prefix = prefixes[one]
        found[one] = find_child(starts[prefix], starts[prefix + 1], last_words[one], words)
