"""The words that a model knows, by number and by hash."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
import pyarrow as pa

from synth_assets.compiled import Whole, compiled
from synth_assets.filtering.alphabet import kinds
from synth_assets.modeling.splitting import split_texts
from synth_assets.text.columns import Bytes, Int64s, Texts, UInt32s, UInt64s

BEGIN, END, UNKNOWN = range(3)
"""Numbers of the marks of a sentence's begin and end, and of every word that is not known."""

MARKS = ("<s>", "</s>", "<unk>")

COUNTED_PER_WORD = 8
"""So many times the words that a model may keep are counted at a time."""


@dataclass(frozen=True)
class Vocabulary:
    """`words`, one text of UTF-8 after the other, with their offsets `ends`, (words + 1,); and the
    `hashes` of the words, of which those of MARKS are 0."""

    data: Bytes
    ends: Int64s
    hashes: UInt64s

    @classmethod
    def of(cls, words: Sequence[bytes], hashes: UInt64s) -> Self:
        """Of words in the order of their numbers, without MARKS."""
        every = [mark.encode() for mark in MARKS] + list(words)
        ends = np.zeros(len(every) + 1, dtype=np.int64)
        np.cumsum([len(word) for word in every], out=ends[1:])
        marks = np.zeros(len(MARKS), dtype=np.uint64)
        data = np.frombuffer(b"".join(every), dtype=np.uint8)
        return cls(data, ends, np.concatenate([marks, hashes.astype(np.uint64)]))

    def __len__(self) -> int:
        return len(self.ends) - 1

    def word(self, number: int) -> str:
        return bytes(self.data[self.ends[number] : self.ends[number + 1]]).decode()

    @cached_property
    def slots(self) -> tuple[UInt64s, UInt32s]:
        """A table of hashes and numbers, open addressing, at most half full."""
        size = 1 << int(2 * len(self)).bit_length()
        keys, numbers = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.uint32)
        _fill(self.hashes, keys, numbers)
        return keys, numbers


@compiled
def _fill(hashes: UInt64s, keys: UInt64s, numbers: UInt32s) -> None:
    for number in range(UNKNOWN + 1, len(hashes)):
        slot = np.int64(hashes[number] % np.uint64(len(keys)))
        while keys[slot] != 0:
            slot = (slot + 1) % len(keys)
        keys[slot], numbers[slot] = hashes[number], number


@compiled
def find_word(state: Whole, keys: UInt64s, numbers: UInt32s) -> Whole:
    """Number of the word with this hash, or UNKNOWN."""
    slot = np.int64(state % np.uint64(len(keys)))
    while keys[slot] != 0:
        if keys[slot] == state:
            return np.int64(numbers[slot])
        slot = (slot + 1) % len(keys)
    return np.int64(UNKNOWN)


@dataclass(frozen=True)
class Split:
    """The tokens of some texts: bytes from `starts` to `stops` of `data`, and `hashes`."""

    data: Bytes
    starts: Int64s
    stops: Int64s
    hashes: UInt64s

    @classmethod
    def of(cls, texts: pl.Series) -> Self:
        column: pa.Array = texts.fill_null("").to_arrow(compat_level=pl.CompatLevel.oldest())
        found = Texts.of(column)
        room = 2 * int(found.ends[-1] - found.ends[0]) + len(found)
        starts, stops = (np.empty(room, dtype=np.int64) for _ in range(2))
        hashes = np.empty(room, dtype=np.uint64)
        count = split_texts(found.data, found.ends, kinds(), starts, stops, hashes)
        return cls(found.data, starts[:count], stops[:count], hashes[:count])


def count_words(splits: Iterator[Split], *, max_words: int, min_count: int) -> Vocabulary:
    """The `max_words` most frequent words with `min_count` occurrences or more.

    Where a corpus has many times as many words, those that are rarest so far are forgotten on the
    way, so that the memory is bounded.
    """
    counted = pl.DataFrame(schema={"hash": pl.UInt64, "count": pl.Int64, "word": pl.Binary})
    for split in splits:
        counted = _merged(counted, _counts(split))
        if counted.height > COUNTED_PER_WORD * max_words:
            counted = _ranked(counted).head(COUNTED_PER_WORD * max_words // 2)
    kept = _ranked(counted.filter(pl.col("count") >= min_count)).head(max_words)
    return Vocabulary.of(kept["word"].to_list(), kept["hash"].to_numpy())


def _counts(split: Split) -> pl.DataFrame:
    hashes, first, counts = np.unique(split.hashes, return_index=True, return_counts=True)
    words = [bytes(split.data[split.starts[at] : split.stops[at]]) for at in first]
    return pl.DataFrame({"hash": hashes, "count": counts, "word": words}).filter(pl.col("hash") > 0)


def _merged(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    both = pl.concat([left, right])
    return both.group_by("hash", maintain_order=True).agg(
        pl.col("count").sum(), pl.col("word").first()
    )


def _ranked(counted: pl.DataFrame) -> pl.DataFrame:
    """The most frequent first; words that are equally frequent in the order of their hashes."""
    return counted.sort("count", "hash", descending=[True, False])
