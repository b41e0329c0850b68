"""Requests on their way: pulled by the engine, in flight, and waiting to be sent again."""

import heapq
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count, islice

from synth_assets.generation.engines.gpu_lock import waited_s
from synth_assets.generation.journal import Journal
from synth_assets.generation.protocol import Request

WINDOW = 2048
"""Requests whose keys are looked up together."""

BACKOFF_S = 1.0
MAX_BACKOFF_S = 60.0
"""The n-th retry of a request waits BACKOFF_S * 2^(n-1) seconds, at most MAX_BACKOFF_S, times a
random factor between 0.5 and 1.5: what failed together does not come back together."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request in flight, and how often it was sent."""

    request: Request
    attempt: int


@dataclass(order=True, slots=True)
class _Waiting:
    due: float
    number: int
    sent: Sent = field(compare=False)


class Sending:
    """What the engine is given. It pulls from any thread; results are settled in another.

    `stopped` is asked before every request; `is_cut` says that requests were held back because of
    it. `reserve` is told of every request, and whether it is alone in flight: a request for which
    it has no room waits until what is in flight has landed. `moved_at` is the time of the last
    movement on this side of the engine.
    """

    def __init__(
        self,
        journal: Journal,
        stopped: Callable[[], bool],
        reserve: Callable[[Request, bool], bool] = lambda _, __: True,
    ) -> None:
        self.is_cut = False
        self.is_pulling = False
        self.moved_at = time.monotonic()
        self.reused = 0
        self._journal = journal
        self._stopped = stopped
        self._reserve = reserve
        self._rest: Iterator[Request] = iter(())
        self._held: Sent | None = None
        self._waited_before = waited_s()
        self._given_up: set[str] = set()
        self._in_flight: dict[str, Sent] = {}
        self._retries: list[_Waiting] = []
        self._numbers = count()
        self._lock = threading.Lock()
        self._busy_s = 0.0
        self._busy_since = 0.0

    @property
    def in_flight(self) -> int:
        return len(self._in_flight)

    @property
    def has_retries(self) -> bool:
        return bool(self._retries)

    @property
    def is_held(self) -> bool:
        """Whether a request waits for room, and others perhaps behind it."""
        return self._held is not None

    def busy_s(self) -> float:
        """Seconds in which something was in flight, without those of waiting for a GPU that
        another process's model lies on."""
        with self._lock:
            running = time.monotonic() - self._busy_since if self._in_flight else 0.0
            return max(0.0, self._busy_s + running - (waited_s() - self._waited_before))

    def pull(self, requests: Iterable[Request]) -> Iterator[Request]:
        """What the engine shall do next: what was left of an earlier pull, retries whose time has
        come, then requests without a result, each key once. Never waits; it ends early where there
        is no room."""
        self.is_pulling = True
        self._rest = chain(self._rest, self._missing(requests))
        try:
            for sent in self._next():
                if self._stopped():
                    self.is_cut = True
                    return
                if not self._reserve(sent.request, not self._in_flight):
                    self._held = sent
                    return
                self._begin(sent)
                self.is_pulling = False
                yield sent.request
                self.is_pulling = True
        finally:
            self.is_pulling = False
            self.moved_at = time.monotonic()

    def sent(self, key: str) -> Sent | None:
        """The request of that key, if it is in flight."""
        return self._in_flight.get(key)

    def settle(self, key: str) -> None:
        """Take a request out of flight: its result is in the journal."""
        with self._lock:
            self._land(key)

    def give_up(self, key: str) -> None:
        """Take a request out of flight and never send it again in this run."""
        with self._lock:
            self._given_up.add(key)
            self._land(key)

    def again(self, key: str) -> None:
        """Take a request out of flight and send it again after a while."""
        with self._lock:
            sent = self._in_flight[key]
            pause = min(MAX_BACKOFF_S, BACKOFF_S * 2 ** (sent.attempt - 1))
            due = time.monotonic() + pause * random.uniform(0.5, 1.5)
            heapq.heappush(self._retries, _Waiting(due, next(self._numbers), sent))
            self._land(key)

    def keys_in_flight(self) -> list[str]:
        with self._lock:
            return list(self._in_flight)

    def wait(self) -> None:
        """Wait until all retries are due, or the run is stopped."""
        due = max((waiting.due for waiting in self._retries), default=0.0)
        while not self._stopped() and (left := due - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))

    def _next(self) -> Iterator[Sent]:
        held, self._held = self._held, None
        if held is not None:
            yield held
        for request in self._rest:
            yield from self._due()
            yield Sent(request, 1)
        yield from self._due()

    def _due(self) -> Iterator[Sent]:
        while self._retries and self._retries[0].due <= time.monotonic():
            with self._lock:
                sent = heapq.heappop(self._retries).sent
            yield Sent(sent.request, sent.attempt + 1)

    def _missing(self, requests: Iterable[Request]) -> Iterator[Request]:
        """Requests without a result. A key in flight is noted before the journal is asked, so
        that it is seen in one of both places."""
        source = iter(requests)
        while window := list(islice(source, WINDOW)):
            with self._lock:
                waiting = {item.sent.request.key for item in self._retries}
                taken = self._in_flight.keys() | waiting
            known = self._journal.known({request.key for request in window})
            for request in window:
                if request.key in known:
                    self.reused += 1
                elif request.key not in taken and request.key not in self._given_up:
                    taken.add(request.key)
                    yield request

    def _land(self, key: str) -> None:
        self._in_flight.pop(key, None)
        self.moved_at = time.monotonic()
        if not self._in_flight:
            self._busy_s += self.moved_at - self._busy_since

    def _begin(self, sent: Sent) -> None:
        with self._lock:
            if not self._in_flight:
                self._busy_since = time.monotonic()
            self._in_flight[sent.request.key] = sent
            self.moved_at = time.monotonic()
