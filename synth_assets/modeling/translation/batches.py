"""Token ids of a bitext, and the order in which a training sees them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Rows = NDArray[np.int64]

TEXTS_AT_ONCE = 20_000

SHORT_LIMITS = (14, 30)
"""Tokens of a source in the first two fifths, and in the rest, of the part for short segments."""


@dataclass(frozen=True)
class Side:
    """Token ids of all segments one after another; `starts` has one more entry than segments."""

    ids: Ints
    starts: Rows

    @property
    def lengths(self) -> Rows:
        return np.diff(self.starts)

    def of(self, rows: Rows, pad: int) -> NDArray[np.int64]:
        """[row, position], padded at the end."""
        lengths = self.lengths[rows]
        out = np.full((len(rows), int(lengths.max())), pad, dtype=np.int64)
        for number, row in enumerate(rows):
            out[number, : lengths[number]] = self.ids[self.starts[row] : self.starts[row + 1]]
        return out


@dataclass(frozen=True)
class Encoded:
    """A bitext as token ids, each segment with its end."""

    source: Side
    target: Side

    def __len__(self) -> int:
        return len(self.source.starts) - 1

    def within(self, limit: int) -> Rows:
        """Rows whose sides both have at most so many tokens."""
        longest = np.maximum(self.source.lengths, self.target.lengths)
        return np.flatnonzero(longest <= limit)


def encode(pairs: pl.DataFrame, tokenizer: Any) -> Encoded:
    """With the tokenizer's own pieces for either side."""
    source = _side(pairs["source"], lambda texts: tokenizer(texts).input_ids)
    target = _side(pairs["target"], lambda texts: tokenizer(text_target=texts).input_ids)
    return Encoded(source, target)


def _side(texts: pl.Series, encode_some: Callable[[list[str]], list[list[int]]]) -> Side:
    """Some at a time: lists of Python's own numbers take many times the memory."""
    ids, lengths = [np.zeros(0, dtype=np.int32)], [0]
    for some in texts.to_frame().iter_slices(TEXTS_AT_ONCE):
        rows = encode_some(some.to_series().to_list())
        lengths += [len(row) for row in rows]
        ids.append(np.fromiter(chain.from_iterable(rows), dtype=np.int32))
    return Side(np.concatenate(ids), np.cumsum(lengths, dtype=np.int64))


@dataclass(frozen=True)
class Order:
    """Which rows stand in the batch of each step: a function of the seed alone, so that a resumed
    training goes on where it was."""

    data: Encoded
    batch_tokens: int
    max_tokens: int
    steps: int
    short_first: float
    seed: int

    def batches(self) -> Iterator[Rows]:
        """One for each step."""
        early = round(self.steps * self.short_first)
        first = round(0.4 * early)
        parts = zip(
            (first, early - first, self.steps - early),
            (*SHORT_LIMITS, self.max_tokens),
            strict=True,
        )
        for number, (count, limit) in enumerate(parts):
            yield from self._part(number, count, min(limit, self.max_tokens))

    def _part(self, number: int, count: int, limit: int) -> Iterator[Rows]:
        rows = self.data.within(limit)
        if not len(rows):
            rows = self.data.within(self.max_tokens)
        given = passes = 0
        while given < count:
            chance = np.random.default_rng([self.seed, number, passes])
            for batch in self._pass(rows, chance)[: count - given]:
                yield batch
                given += 1
            passes += 1

    def _pass(self, rows: Rows, chance: np.random.Generator) -> list[Rows]:
        """All rows once, those of like length together, in batches of random order."""
        rows = chance.permutation(rows)
        source, target = self.data.source.lengths[rows], self.data.target.lengths[rows]
        rows = rows[np.lexsort((source, target))]
        widths = np.maximum(self.data.source.lengths[rows], self.data.target.lengths[rows])
        batches, start, width = [], 0, 0
        for place, length in enumerate(widths.tolist()):
            width = max(width, length)
            if width * (place + 1 - start) > self.batch_tokens and place > start:
                batches.append(rows[start:place])
                start, width = place, length
        batches.append(rows[start:])
        return [batches[place] for place in chance.permutation(len(batches))]
