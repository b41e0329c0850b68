"""A request on its way through the model, and what becomes of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from synth_assets.generation.engines.local.faults import RequestError
from synth_assets.generation.protocol import Request


@dataclass(frozen=True, slots=True)
class Prompted:
    """A request as the model takes it. `room` is how many tokens it may write, `forced_bos` the
    token its answer must begin with."""

    request: Request
    ids: list[int]
    room: int
    forced_bos: int | None = None

    @property
    def way(self) -> tuple[int, int]:
        """What stock generation takes once per batch: beams, and under beams the forced token."""
        beams = self.request.sampling.num_beams
        forced = -1 if self.forced_bos is None or beams == 1 else self.forced_bos
        return beams, forced


@dataclass(frozen=True, slots=True)
class Finished:
    """A row's tokens without the end token, and why it ended."""

    ids: list[int]
    reason: Literal["stop", "length"]


@dataclass(slots=True, eq=False)
class Row:
    """A request in a batch. `written` survives a batch that ran out of memory: the row goes on
    where it was."""

    item: Prompted
    written: list[int] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    @property
    def prompt(self) -> list[int]:
        """All that the model must have read before the next token."""
        return self.item.ids + self.written

    def take(self, token: int, eos: frozenset[int]) -> Finished | None:
        """What ended with this token, if anything did."""
        if token in eos:
            return Finished(self.written, "stop")
        self.written.append(token)
        if len(self.written) >= self.item.room:
            return Finished(self.written, "length")
        return None


Emit = Callable[[Row, Finished | RequestError], None]
"""Where a decoding loop puts a row that has ended."""
