"""Repeated n-grams of one document, measured in characters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ngrams:
    """All n-grams of one size, by the word they start at: `ids[i]` is equal for equal n-grams,
    `first[id]` is where an n-gram occurs first, `counts[id]` how often."""

    size: int
    ids: Ints
    first: Ints
    counts: Ints

    @classmethod
    def number(cls, size: int, ids: Ints) -> Self:
        """Number n-grams anew, from 0, so that ids of longer ones do not overflow."""
        _, first, new, counts = np.unique(
            ids, return_index=True, return_inverse=True, return_counts=True
        )
        return cls(size, new, first, counts)

    @property
    def repeats(self) -> bool:
        return len(self.ids) > 0 and bool(self.counts.max() > 1)


def growing(words: Ints) -> Iterator[Ngrams]:
    """N-grams of 1, 2, 3, ... words, for as long as any is repeated: a longer one cannot be."""
    single = grams = Ngrams.number(1, words)
    while grams.repeats:
        yield grams
        # An n-gram is its first n - 1 words and its last one.
        longer = grams.ids[:-1] * len(single.counts) + single.ids[grams.size :]
        grams = Ngrams.number(grams.size + 1, longer)


def duplicate_chars(grams: Ngrams, lengths: Ints) -> int:
    """Characters of the words in n-grams that occurred before, each word counted once: after a
    duplicate the scan goes on behind it. `lengths` are the words', in characters."""
    later = np.flatnonzero(grams.first[grams.ids] != np.arange(len(grams.ids)))
    return _chars(later, grams.size, lengths)


def top_chars(grams: Ngrams, lengths: Ints) -> int:
    """Characters of the words in the most frequent n-gram, overlaps counted once; among equally
    frequent ones the longest. 0 where none occurs twice."""
    if not grams.repeats:
        return 0
    most = np.flatnonzero(grams.counts == grams.counts.max())
    ends = np.concatenate(([0], np.cumsum(lengths)))
    starts = grams.first[most]
    top = most[np.argmax(ends[starts + grams.size] - ends[starts])]
    return _chars(np.flatnonzero(grams.ids == top), grams.size, lengths)


def _chars(starts: Ints, size: int, lengths: Ints) -> int:
    total = free_from = 0
    for start in starts.tolist():
        if start >= free_from:
            free_from = start + size
            total += int(lengths[start:free_from].sum())
    return total
