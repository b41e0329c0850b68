"""Paragraphs that an earlier document has, over all batches: boilerplate that pages share.

Every batch of `signatures` keeps the hashes of the paragraphs of its natural documents; the first
document of a paragraph is that of the earliest batch, there of the first row, whether or not that
document stayed itself. So batches are judged in any order with the same outcome, as they are by
their bands. Hashes of 64 bits are believed: among 10^9 paragraphs one look-up in 2 * 10^10 finds
another paragraph.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.store import Corpus
from synth_assets.dedup.index import local_copy, mapped
from synth_assets.dedup.paragraphs import Paragraphs
from synth_assets.dedup.texts import OwnBatch, Seen
from synth_assets.text.columns import Int64s, Texts, UInt64s

PARAGRAPHS = "paragraphs.npy"

REASON = "repeated_paragraphs"
LIMIT = "a long paragraph that no earlier document has"

_GAP = re.compile(rb"(\s*\n)?")
"""White space behind a paragraph, without the indentation of what follows."""


@dataclass(frozen=True)
class ParagraphIndex:
    """The distinct paragraphs of a batch: sorted hashes, and of each the first row that has it,
    (paragraphs,); 16 bytes each on disk, mapped."""

    hashes: UInt64s
    rows: UInt64s

    @classmethod
    def at(cls, path: Path) -> Self:
        hashes, rows = mapped(path)
        return cls(hashes, rows)

    @classmethod
    def of(cls, signatures: Corpus) -> Self:
        """That of a published batch."""
        return cls.at(local_copy(signatures, PARAGRAPHS))

    def find(self, hashes: UInt64s) -> Int64s:
        """The place of each hash, -1 where it is not there."""
        if not len(self.hashes):
            return np.full(len(hashes), -1)
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[places] == hashes, places, -1)


class Collector:
    """Gathers the paragraphs of a batch, 16 bytes each in memory, and saves its index."""

    def __init__(self, min_chars: int) -> None:
        self.min_chars = min_chars
        self._parts = [np.empty((2, 0), dtype=np.uint64)]

    def add(self, texts: Texts, rows: Int64s) -> None:
        """`rows` are those of the texts in the batch's signatures, (texts,)."""
        found = Paragraphs.of(texts, self.min_chars)
        self._parts.append(np.stack([found.hashes, rows[found.texts].astype(np.uint64)]))

    @property
    def pairs(self) -> tuple[UInt64s, UInt64s]:
        """Hash and row of every paragraph, (paragraphs,) each."""
        hashes, rows = np.concatenate(self._parts, axis=1)
        return hashes, rows

    def save(self, path: Path) -> None:
        hashes, rows = self.pairs
        order = np.lexsort((rows, hashes))
        hashes, rows = hashes[order], rows[order]
        first = np.diff(hashes, prepend=~hashes[:1]) != 0
        with path.open("wb") as stream:
            np.save(stream, np.stack([hashes[first], rows[first]]))


@dataclass(frozen=True)
class Cut:
    """What is taken out of one text: its number among those given; of each paragraph the span of
    its bytes, and the number of the batch (its place among the earlier ones, or their number for
    the own) and the row that have it first. `is_whole` where no long paragraph is left."""

    text: int
    spans: list[tuple[int, int]]
    seen: list[tuple[int, int]]
    is_whole: bool

    def pieces(self, text: str) -> "Pieces":
        data, kept, spaces, at = text.encode(), [], 0, 0
        for start, end in self.spans:
            kept.append(data[at:start])
            gap = _GAP.match(data, end)
            at = gap.end() if gap else end
            spaces += at - end
        whole = b"".join([*kept, data[at:]])
        rest = whole if data[at:].strip() else whole.rstrip()
        return Pieces(
            rest.decode(),
            [data[start:end].decode() for start, end in self.spans],
            spaces + len(whole) - len(rest),
        )


class Pieces(NamedTuple):
    """A text cut apart: what is left, the paragraphs, and how many characters of white space were
    between them."""

    rest: str
    paragraphs: list[str]
    spaces: int


class Repeats:
    """Which paragraphs of a batch have an earlier document. Takes 12 bytes of memory for each
    distinct paragraph of the batch; the earlier batches' are mapped."""

    def __init__(
        self, own: ParagraphIndex, earlier: Sequence[ParagraphIndex], min_chars: int
    ) -> None:
        self._own = own
        self._min_chars = min_chars
        self._rows = np.array(own.rows, dtype=np.int64)
        self._batches = np.full(len(own.hashes), len(earlier), dtype=np.int32)
        for number in reversed(range(len(earlier))):
            places = earlier[number].find(own.hashes)
            there = places >= 0
            self._rows[there], self._batches[there] = earlier[number].rows[places[there]], number
        self._n_earlier = len(earlier)

    def losing(self, collected: Collector) -> Int64s:
        """The rows of the batch from which something is taken, sorted."""
        hashes, rows = collected.pairs
        held = rows.astype(np.int64)
        return np.unique(held[self._is_taken(self._own.find(hashes), held)])

    def _is_taken(self, places: Int64s, rows: Int64s) -> NDArray[np.bool_]:
        """Of paragraphs at places of the own index, in their rows."""
        earlier = (self._batches[places] < self._n_earlier) | (self._rows[places] < rows)
        return earlier & (places >= 0)

    def cuts(self, texts: Texts, rows: Int64s) -> Iterator[Cut]:
        """Of the texts from which something is taken; `rows` are theirs in the signatures."""
        found = Paragraphs.of(texts, self._min_chars)
        places = self._own.find(found.hashes)
        batches, firsts = self._batches[places], self._rows[places]
        taken = np.flatnonzero(self._is_taken(places, rows[found.texts]))
        counts = np.bincount(found.texts, minlength=len(texts))
        numbers, begins = np.unique(found.texts[taken], return_index=True)
        for number, part in zip(numbers.tolist(), np.split(taken, begins)[1:], strict=True):
            spans = zip(found.starts[part].tolist(), found.ends[part].tolist(), strict=True)
            seen = zip(batches[part].tolist(), firsts[part].tolist(), strict=True)
            yield Cut(number, list(spans), list(seen), len(part) == counts[number])


def seen_in(
    cuts: Sequence[Cut], own: OwnBatch, earlier: Sequence[Seen]
) -> dict[tuple[int, int], tuple[str, str]]:
    """Document and batch of each place that the cuts name."""
    names: dict[tuple[int, int], tuple[str, str]] = {}
    places = sorted({place for cut in cuts for place in cut.seen})
    for batch, group in groupby(places, key=itemgetter(0)):
        rows = [row for _, row in group]
        of = own.admitted if batch == len(earlier) else earlier[batch]
        ids = own.rows["doc_id"].gather(rows) if of is own.admitted else of.rows(rows)["doc_id"]
        names |= {(batch, row): (doc_id, of.key) for row, doc_id in zip(rows, ids, strict=True)}
    return names


def drop_columns(
    cuts: Sequence[Cut], names: Mapping[tuple[int, int], tuple[str, str]]
) -> list[pl.Series]:
    """Why the texts of whole cuts leave; `duplicate_of` has the first of their paragraphs."""
    columns = {
        "drop_reason": [REASON] * len(cuts),
        "drop_value": [f"{len(cut.spans)} of {len(cut.spans)}" for cut in cuts],
        "drop_limit": [LIMIT] * len(cuts),
        "duplicate_of": [names[cut.seen[0]][0] for cut in cuts],
    }
    return [pl.Series(name, values, dtype=pl.String) for name, values in columns.items()]
