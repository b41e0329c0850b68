"""Best-fit-decreasing packing (Ding et al. 2024, "Fewer Truncations Improve Language Modeling").

Lengths are whole numbers up to the capacity, so the bins are kept by their free space: one stack
of bins per space, and one bit per space that says whether its stack holds any. Finding the
fullest bin that fits is finding the lowest set bit at or above the length.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Documents cut into pieces, in document order; three arrays of one entry per piece.

    `document` is the document's index, `start` the piece's first token in it, `length` its tokens.
    """

    document: Ints
    start: Ints
    length: Ints


def cut(lengths: Ints, capacity: int) -> Pieces:
    """Cut documents longer than the capacity into pieces of the capacity and one rest; every
    other document is one piece, and an empty one is none."""
    counts = -(-lengths // capacity)
    document = np.repeat(np.arange(len(lengths), dtype=np.int64), counts)
    first = np.cumsum(counts) - counts
    start = (np.arange(len(document), dtype=np.int64) - first[document]) * capacity
    return Pieces(document, start, np.minimum(lengths[document] - start, capacity))


def best_fit(lengths: Ints, capacity: int) -> Ints:
    """The bin of each piece: longest piece first, each into the fullest bin that still fits.

    Every length is within 1 and the capacity. Bins are numbered by their first piece, so that
    bins follow the order of the documents.
    """
    bins = np.empty(len(lengths), dtype=np.int64)
    stacks: list[list[int]] = [[] for _ in range(capacity + 1)]
    spaces = 0
    opened = 0
    order = np.argsort(-lengths, kind="stable")
    for piece, length in zip(order.tolist(), lengths[order].tolist(), strict=True):
        fitting = spaces >> length
        if fitting:
            space = length + (fitting & -fitting).bit_length() - 1
            chosen = stacks[space].pop()
            if not stacks[space]:
                spaces ^= 1 << space
        else:
            space, chosen = capacity, opened
            opened += 1
        bins[piece] = chosen
        left = space - length
        if left:
            stacks[left].append(chosen)
            spaces |= 1 << left
    return _numbered_by_first_piece(bins)


def members(bins: Ints) -> list[Ints]:
    """The pieces of every bin, in piece order."""
    if not len(bins):
        return []
    order = np.argsort(bins, kind="stable")
    edges = np.flatnonzero(np.diff(bins[order])) + 1
    return np.split(order, edges)


def _numbered_by_first_piece(bins: Ints) -> Ints:
    _, first, inverse = np.unique(bins, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
