"""What all forms share: rows cut into shards of bounded size, tokens padded to one length."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.packing.documents import token_dtype

SHARD_TOKENS = 1 << 26


@dataclass(frozen=True)
class Target:
    """The length of all sequences, the token that pads them, the ids that there are (below
    `vocab_size`), and how many tokens a shard has, padding included, at most; one sequence at
    least."""

    capacity: int
    pad_id: int
    vocab_size: int
    shard_tokens: int = SHARD_TOKENS

    @property
    def dtype(self) -> np.dtype[np.uint16] | np.dtype[np.uint32]:
        return token_dtype(self.vocab_size)

    @property
    def shard_rows(self) -> int:
        return max(1, self.shard_tokens // self.capacity)


class Shards(ABC):
    """Writes shards `00000`, `00001` and so on into a folder."""

    def __init__(self, folder: Path, target: Target) -> None:
        self.folder = folder
        self.target = target
        self.count = 0

    def write(self, rows: Iterable[pl.DataFrame]) -> int:
        """Write all rows; returns the number of shards."""
        room = 0
        for frame in rows:
            at = 0
            while at < frame.height:
                if not room:
                    self._next()
                    room = self.target.shard_rows
                part = frame.slice(at, room)
                self.add(part)
                at, room = at + part.height, room - part.height
        if self.count:
            self.end()
        self.finish()
        return self.count

    def _next(self) -> None:
        if self.count:
            self.end()
        self.begin(self.folder / f"{self.count:05d}")
        self.count += 1

    @abstractmethod
    def begin(self, shard: Path) -> None:
        """Open a shard; `shard` is its path without ending."""

    @abstractmethod
    def add(self, rows: pl.DataFrame) -> None:
        """Add rows to the open shard."""

    @abstractmethod
    def end(self) -> None:
        """Close the open shard."""

    def finish(self) -> None:  # noqa: B027
        """Write what describes all shards, if the form has such."""


def padded(rows: pl.DataFrame, target: Target) -> NDArray[np.uint16] | NDArray[np.uint32]:
    """(rows, capacity): the tokens of each row, then padding."""
    lengths = rows["input_ids"].list.len().to_numpy().astype(np.int64)
    out = np.full((rows.height, target.capacity), target.pad_id, dtype=target.dtype)
    out[np.arange(target.capacity) < lengths[:, None]] = rows["input_ids"].explode().to_numpy()
    return out
