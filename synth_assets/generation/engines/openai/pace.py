"""How fast an engine may send: one limiter that all its requests share."""

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
"""Pauses after a 429 that names no time: doubled from the first up to the longest."""


class Pace:
    """When the next request may go, and how many may be under way. Plain numbers without a clock
    of their own running, so that they outlive one event loop.

    A 429 stops all requests until the time that the server names, and halves the window of
    requests under way; every answer widens it by one, up to `in_flight` (additive increase,
    multiplicative decrease: Chiu and Jain 1989). Refusals of requests that were sent before the
    pause began are the same news, and halve nothing.
    """

    def __init__(
        self,
        in_flight: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.window = in_flight
        self._in_flight = in_flight
        self._requests = _Rate(requests_per_minute)
        self._tokens = _Rate(tokens_per_minute)
        self._clock = clock
        self._paused_at = -math.inf
        self._open_at = -math.inf
        self._refused_in_row = 0

    def now(self) -> float:
        return self._clock()

    def wait_s(self, under_way: int) -> float:
        """Seconds until one more request may go; infinite until one under way is done."""
        if under_way >= self.window:
            return math.inf
        now = self._clock()
        return max(0.0, self._open_at - now, self._requests.due - now, self._tokens.due - now)

    def sent(self, tokens: float) -> None:
        """One more request goes, of about so many tokens."""
        now = self._clock()
        self._requests.take(now, 1)
        self._tokens.take(now, tokens)

    def answered(self, expected: float, tokens: float) -> None:
        """A request was answered; what it took in truth replaces what was expected."""
        self._tokens.correct(tokens - expected)
        self._refused_in_row = 0
        self.window = min(self._in_flight, self.window + 1)

    def refused(self, sent_at: float, asked_s: float | None) -> None:
        """A 429 for a request sent at that time: pause."""
        if sent_at >= self._paused_at:
            self._paused_at = self._clock()
            self.window = max(1, self.window // 2)
            self._refused_in_row += 1
            self.pause(asked_s or self._backoff_s())
        elif asked_s:
            self.pause(asked_s)

    def pause(self, seconds: float) -> None:
        """Nothing goes for so long, and a little longer by chance, so that the workers of one
        server do not come back at once."""
        until = self._clock() + seconds + random.uniform(0, min(1.0, seconds / 10))
        self._open_at = max(self._open_at, until)

    def _backoff_s(self) -> float:
        longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (self._refused_in_row - 1))
        return random.uniform(longest / 2, longest)


class _Rate:
    """So many units per minute, evenly spread. `due` is when all that was taken is paid for; a
    unit may be taken from then on."""

    def __init__(self, per_minute: float | None) -> None:
        self._seconds_each = 60 / per_minute if per_minute else 0.0
        self.due = -math.inf

    def take(self, now: float, units: float) -> None:
        self.due = max(now, self.due) + units * self._seconds_each

    def correct(self, units: float) -> None:
        self.due += units * self._seconds_each


class Turnstile:
    """Lets requests through one after another as the pace allows; lives in one event loop."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._under_way = 0
        self._queue = asyncio.Lock()  # first come, first served
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def turn(self, tokens: float) -> AsyncIterator[float]:
        """Wait, then be under way; gives the time of departure by the pace's clock."""
        async with self._queue:
            while (wait_s := self._pace.wait_s(self._under_way)) > 0:
                await self._wait(wait_s)
            self._pace.sent(tokens)
            self._under_way += 1
        try:
            yield self._pace.now()
        finally:
            self._under_way -= 1
            self._changed.set()

    async def _wait(self, seconds: float) -> None:
        self._changed.clear()
        try:
            async with asyncio.timeout(None if math.isinf(seconds) else seconds):
                await self._changed.wait()
        except TimeoutError:
            return
