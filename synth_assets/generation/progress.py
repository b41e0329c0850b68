"""What a run did so far, as numbers and as one line for its log."""

import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Self

INTERVAL_S = 10.0
"""A line at least so often, and none in a run that ends sooner."""

PACE_S = 60.0
"""Time left is told by the pace of the last minute: what a resumed run finds in the journal goes by
in seconds and says nothing about the rest."""


@dataclass(slots=True)
class RunStats:
    """What a run paid for and what it found paid for already: requests, tokens, and the seconds in
    which the engine had work. `retried` are sends after failures that may pass."""

    sent: int = 0
    reused: int = 0
    failed: int = 0
    retried: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    @property
    def generated(self) -> int:
        return self.sent - self.failed

    def __str__(self) -> str:
        return (
            f"{self.generated:,} generated, {self.reused:,} reused, {self.failed:,} failed, "
            f"{self.retried:,} sent again, {self.prompt_tokens:,} prompt and "
            f"{self.completion_tokens:,} completion tokens in {self.seconds:,.1f} s of the engine"
        )


@dataclass(frozen=True, slots=True)
class Position:
    """The pass over the documents, how many of them it has read, and how many it will."""

    number: int
    read: int
    total: int

    def next(self) -> Self:
        return replace(self, read=self.read + 1)

    @property
    def share(self) -> float:
        return self.read / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True)
class _Sample:
    time: float
    requests: int
    tokens: int
    position: Position | None


class Progress:
    """Makes the line; rates are those since the line before."""

    def __init__(self, stats: RunStats) -> None:
        self._stats = stats
        self._samples: deque[_Sample] = deque([self._sample(None)])

    def is_due(self) -> bool:
        return time.monotonic() - self._samples[-1].time >= INTERVAL_S

    def line(self, position: Position | None, in_flight: int) -> str:
        last, now = self._samples[-1], self._sample(position)
        self._samples.append(now)
        while now.time - self._samples[0].time > PACE_S and len(self._samples) > 2:
            self._samples.popleft()
        seconds = max(now.time - last.time, 1e-9)
        requests = (now.requests - last.requests) / seconds
        tokens = (now.tokens - last.tokens) / seconds
        done = (
            f"{self._stats.generated:,} generated "
            f"({requests:,.1f} requests/s, {tokens:,.0f} tokens/s), "
            f"{self._stats.failed:,} failed, {self._stats.reused:,} reused, "
            f"{in_flight:,} in flight"
        )
        return done if position is None else f"{done}; {self._where(position)}"

    def _where(self, position: Position) -> str:
        text = f"{position.share:.1%} of {position.total:,} documents read"
        if position.number > 1:
            text += f" in pass {position.number}"
        left = self._seconds_left(position)
        return text if left is None else f"{text}, about {_in_words(left)} left"

    def _seconds_left(self, position: Position) -> float | None:
        """None where no document was read lately, or none is left."""
        now = self._samples[-1]
        same = (old for old in self._samples if _pass_of(old) == position.number)
        begun = next(same, now)
        read = position.read - (begun.position.read if begun.position else 0)
        if not read or position.read >= position.total:
            return None
        return (position.total - position.read) * (now.time - begun.time) / read

    def _sample(self, position: Position | None) -> _Sample:
        stats = self._stats
        return _Sample(time.monotonic(), stats.sent, stats.completion_tokens, position)


def _pass_of(sample: _Sample) -> int:
    """The first sample, taken before any document was read, belongs to the first pass."""
    return sample.position.number if sample.position else 1


def _in_words(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
