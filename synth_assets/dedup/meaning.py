"""Which texts mean the same, by products of their embeddings, a block at a time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.dedup.embedding import Int8s
from synth_assets.dedup.matching import Floats, Marks, are_foreign, find, join
from synth_assets.text.columns import Int64s

BLOCK = 2048
"""Vectors on either side of a product, which takes 16 MB."""

Float32s = NDArray[np.float32]


def cosines(ones: Int8s, others: Int8s) -> Iterator[tuple[int, int, Float32s]]:
    """Blocks of the cosines of all pairs, with the numbers of their first row and column; 0 where
    a vector is. Both may be mapped. Of one and the same array each pair comes once."""
    for first in range(0, len(ones), BLOCK):
        mine = ones[first : first + BLOCK].astype(np.float32)
        for start in range(0, first + 1 if ones is others else len(others), BLOCK):
            theirs = others[start : start + BLOCK].astype(np.float32)
            yield first, start, mine @ theirs.T / _lengths(mine)[:, None] / _lengths(theirs)


def _lengths(vectors: Float32s) -> Float32s:
    lengths = np.sqrt(np.square(vectors).sum(axis=1))
    return np.where(lengths > 0, lengths, np.float32(np.inf))


def has_like(ones: Int8s, others: Int8s, threshold: float) -> Marks:
    """(ones,) Whether some other text means the same."""
    marks = np.zeros(len(ones), dtype=bool)
    for first, _, block in cosines(ones, others):
        marks[first : first + len(block)] |= (block >= threshold).any(axis=1)
    return marks


def likes(ones: Int8s, others: Int8s, threshold: float) -> tuple[Int64s, Int64s, Floats]:
    """Numbers of all pairs that mean the same, sorted, and their cosines."""
    parts = [
        (first + rows, start + columns, block[rows, columns])
        for first, start, block in cosines(ones, others)
        for rows, columns in (np.nonzero(block >= threshold),)
    ]
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    rows, columns, values = (np.concatenate(side) for side in zip(*parts, strict=True))
    order = np.lexsort((columns, rows))
    return rows[order], columns[order], values[order].astype(np.float64)


@compiled
def link_block(
    block: Float32s,
    threshold: float,
    first: Whole,
    start: Whole,
    compared: Marks,
    family_starts: Int64s,
    family_keys: Int64s,
    copies: Int64s,
    parents: Int64s,
    ones: Int64s,
    others: Int64s,
    values: Floats,
    linked: Whole,
) -> Whole:
    """Join the texts of a block, of the batch's rows from `first` on with those from `start` on,
    wherever two components meet in a pair of the threshold and both rows are `compared`; appends to
    the links and returns their number."""
    for one in range(block.shape[0]):
        for other in range(block.shape[1]):
            row, earlier = first + one, start + other
            if block[one, other] < threshold or earlier >= row:
                continue
            if not (compared[row] and compared[earlier]):
                continue
            if find(parents, row) == find(parents, earlier):
                continue
            if are_foreign(family_starts, family_keys, copies, row, earlier):
                ones[linked], others[linked] = earlier, row
                values[linked] = block[one, other]
                linked += 1
                join(parents, row, earlier)
    return linked
