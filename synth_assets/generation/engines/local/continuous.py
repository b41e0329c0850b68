"""The decoding loop: a token for every row, finished rows out, waiting requests in."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import torch

from synth_assets.generation.engines.local.faults import RequestError, is_out_of_memory
from synth_assets.generation.engines.local.memory import RowLimit, release
from synth_assets.generation.engines.local.outlet import Outlet
from synth_assets.generation.engines.local.rows import Prompted, Row
from synth_assets.generation.engines.local.sampling import Sampler
from synth_assets.generation.engines.local.token_rules import DeviceRules

LEAVE_SHARE = 16
"""Finished rows leave together once they are one in so many: moving rows costs launches."""
FILL_SHARE = 8
"""Requests come in together once one place in so many is free."""


class Batch(Protocol):
    """Rows inside a model, with their keys and values."""

    refills: bool
    """Whether rows may join at any time."""

    def admit(self, rows: Sequence[Row], width: int) -> torch.Tensor:
        """Take rows in, none of which will be longer than `width`: the tokens (rows,) that they
        step with first. Rows that have written go on, or are emptied."""
        ...

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """Logits (rows, vocabulary) after these tokens (rows,)."""
        ...

    def leave(self, places: Sequence[int]) -> list[int]:
        """Take rows out; where each of the others was before."""
        ...


class Loop:
    """Decodes requests of one way. A batch that does not fit into memory is begun anew with half
    the rows; finished ones are not made again, and the others go on from their own tokens where
    the batch can read them."""

    def __init__(
        self,
        open_batch: Callable[[int, int], Batch],
        rules: DeviceRules,
        eos: frozenset[int],
        limit: RowLimit,
        outlet: Outlet,
    ) -> None:
        self._open_batch = open_batch
        self._rules = rules
        self._eos = eos
        self._limit = limit
        self._outlet = outlet
        self._waiting: deque[Row] = deque()
        self._alive: list[Row] = []
        self._ended: set[int] = set()
        self._sampler: Sampler | None = None
        self._way = (1, -1)

    def run(self, first: Sequence[Prompted]) -> None:
        """Decode these requests, and while there is room what the feed has beside them."""
        self._way = first[0].way
        self._waiting.extend(Row(item) for item in first)
        while self._waiting and not self._outlet.feed.stopped:
            reason = self._decode_or_reason()
            if reason is not None:
                self._give_way(reason)

    def _decode_or_reason(self) -> str | None:
        """Why the batch did not fit into memory, if it did not."""
        try:
            self._decode()
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            return str(error).split("\n")[0]
        return None

    def _give_way(self, reason: str) -> None:
        rows = [row for place, row in enumerate(self._alive) if place not in self._ended]
        self._limit.halve(len(self._alive))
        if len(self._alive) == 1:
            for row in rows:
                self._outlet.emit(row, RequestError("memory", reason))
            rows = []
        self._waiting.extendleft(reversed(rows))
        self._alive, self._ended, self._sampler = [], set(), None
        release()

    def _decode(self) -> None:
        columns = self._outlet.feed.columns
        slots = self._limit.rows(columns)
        batch = self._open_batch(slots, columns)
        tokens = self._fill(batch, slots, None)
        while self._alive and not self._outlet.feed.stopped:
            assert tokens is not None
            tokens = self._step(batch, tokens)
            if batch.refills and len(self._alive) <= slots - max(1, slots // FILL_SHARE):
                tokens = self._fill(batch, slots, tokens)

    def _fill(self, batch: Batch, slots: int, tokens: torch.Tensor | None) -> torch.Tensor | None:
        free = slots - len(self._alive)
        new = [self._waiting.popleft() for _ in range(min(free, len(self._waiting)))]
        if batch.refills and len(new) < free:
            more = self._outlet.feed.more(free - len(new), self._way)
            new += [Row(item) for item in more]
        if not new:
            return tokens
        self._alive += new
        self._sampler = None
        first = batch.admit(new, self._outlet.feed.columns)
        self._outlet.beat()
        return first if tokens is None else torch.cat([tokens, first])

    def _step(self, batch: Batch, tokens: torch.Tensor) -> torch.Tensor:
        """The tokens of the rows that go on."""
        logits = self._rules.apply(batch.step(tokens), self._alive)
        if self._sampler is None:
            self._sampler = Sampler(self._alive, logits.device)
        tokens = self._sampler.choose(logits)
        written = tokens.tolist()
        self._outlet.beat()
        for place, (row, token) in enumerate(zip(self._alive, written, strict=True)):
            if place in self._ended:
                continue
            finished = row.take(token, self._eos)
            if finished is not None:
                self._ended.add(place)
                self._outlet.emit(row, finished)
        return self._leave(batch, tokens)

    def _leave(self, batch: Batch, tokens: torch.Tensor) -> torch.Tensor:
        ended, alive = self._ended, self._alive
        if not ended or len(ended) < max(1, len(alive) // LEAVE_SHARE):
            return tokens
        order = batch.leave(sorted(ended))
        self._alive = [alive[place] for place in order]
        self._ended, self._sampler = set(), None
        return tokens[torch.tensor(order, dtype=torch.long, device=tokens.device)]
