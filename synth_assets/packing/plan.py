"""Which piece of which document lies in which sequence.

Best-fit-decreasing (Ding et al. 2024, "Fewer Truncations Improve Language Modeling"): documents
longer than the capacity are cut into pieces of the capacity and one rest, and no other document is
cut; then each piece, longest first, goes into the fullest sequence that still has room for it.
Concatenate-and-chunk cuts the documents, end to end, at every multiple of the capacity.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from synth_assets.errors import ProfileError
from synth_assets.packing import plan_kernel as kernel
from synth_assets.packing.plan_kernel import Int32s, Int64s

Method = Literal["best_fit", "concatenate"]

MIN_LENGTH = 2
"""A sequence holds at least a token and its end-of-text token."""


@dataclass(frozen=True)
class Pieces:
    """Parts of documents, one entry each: the document's number, the piece's first token in it,
    and its tokens, at least one."""

    document: Int32s
    start: Int64s
    length: Int32s

    def __len__(self) -> int:
        return len(self.document)

    def part(self, of: slice) -> "Pieces":
        return Pieces(self.document[of], self.start[of], self.length[of])


@dataclass(frozen=True)
class Plan:
    """The pieces of every sequence: those of sequence i are `ends[i]` to `ends[i + 1]`."""

    pieces: Pieces
    ends: Int64s
    capacity: int

    def __len__(self) -> int:
        return len(self.ends) - 1

    def part(self, first: int, last: int) -> "Plan":
        """Sequences `first` to `last`, without copying."""
        ends = self.ends[first : last + 1]
        of = slice(int(ends[0]), int(ends[-1]))
        return Plan(self.pieces.part(of), ends - ends[0], self.capacity)

    @property
    def tokens(self) -> int:
        return int(self.pieces.length.sum(dtype=np.int64))


def plan(lengths: Int64s, capacity: int, method: Method = "best_fit") -> Plan:
    """Sequences of at most `capacity` tokens that hold every token of the documents once.

    `lengths` are tokens per document; one of 0 tokens lies in no sequence. Sequences are numbered
    by their first piece, and hold their pieces in the order of the documents. Takes about 80 bytes
    a document. Raises ProfileError for a capacity below 2.
    """
    check_capacity(capacity)
    if method == "concatenate":
        return _concatenate(lengths, capacity)
    counts = kernel.count_lengths(lengths, capacity)
    bins = np.empty(int(counts.sum()), dtype=np.int32)
    ends = np.zeros(int(kernel.best_fit(counts, bins)) + 1, dtype=np.int64)
    pieces = Pieces(
        np.empty(len(bins), np.int32), np.empty(len(bins), np.int64), np.empty(len(bins), np.int32)
    )
    kernel.place(*(lengths, counts, bins, ends), *(pieces.document, pieces.start, pieces.length))
    return Plan(pieces, ends, capacity)


def check_capacity(capacity: int) -> None:
    """Raises ProfileError for a length that no sequence can have."""
    if capacity < MIN_LENGTH:
        raise ProfileError(
            f"a sequence length of {capacity} is not allowed: a sequence must hold at least a "
            f"token and its end-of-text token, {MIN_LENGTH}"
        )


def _concatenate(lengths: Int64s, capacity: int) -> Plan:
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    chunks = np.arange(0, total, capacity, dtype=np.int64)
    firsts = np.union1d(chunks, (ends - lengths)[lengths > 0])
    document = np.searchsorted(ends, firsts, side="right")
    length = np.diff(firsts, append=total)
    pieces = Pieces(
        document.astype(np.int32),
        firsts - (ends - lengths)[document],
        length.astype(np.int32),
    )
    return Plan(pieces, np.searchsorted(firsts, np.append(chunks, total)), capacity)
