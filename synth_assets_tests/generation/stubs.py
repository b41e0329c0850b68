"""Engines and a meter for tests of the runner."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling
from synth_assets.hashing import digest
from synth_assets_tests.engines import ScriptedEngine, upper


def request(number: int) -> Request:
    return Request(digest(str(number)), f"prompt {number}", Sampling(), 0)


def requests(*numbers: int) -> list[Request]:
    return [request(number) for number in numbers]


@dataclass
class WindowEngine:
    """Pulls `window` requests, then answers them one by one with `pause_s` before each."""

    window: int
    pause_s: float = 0.0
    pulled: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    closed: bool = False
    alive: Callable[[], float] = time.monotonic
    answer: Callable[[Request], Result] = upper

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity("window", "window", "1", "")

    @property
    def alive_at(self) -> float:
        return self.alive()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        source = iter(requests)
        try:
            while batch := [item for _, item in zip(range(self.window), source, strict=False)]:
                self.pulled += [item.key for item in batch]
                for item in batch:
                    time.sleep(self.pause_s)
                    self.answered.append(item.key)
                    yield self.answer(item)
        except GeneratorExit:
            self.closed = True
            raise

    def close(self) -> None:
        return


class ThreadedEngine(WindowEngine):
    """Pulls in threads of its own, as an HTTP client does."""

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        source, taking = iter(requests), threading.Lock()
        done: queue.SimpleQueue[Result | None] = queue.SimpleQueue()

        def work() -> None:
            while True:
                with taking:
                    item = next(source, None)
                if item is None:
                    done.put(None)
                    return
                self.pulled.append(item.key)
                time.sleep(0.001)
                done.put(upper(item))

        for _ in range(self.window):
            threading.Thread(target=work, daemon=True).start()
        busy = self.window
        while busy:
            result = done.get()
            if result is None:
                busy -= 1
            else:
                yield result


def flaky(failures: int, kind: str = "transport") -> ScriptedEngine:
    """Fails so often for each key before it answers."""
    seen: dict[str, int] = {}

    def answer(item: Request) -> Result:
        seen[item.key] = seen.get(item.key, 0) + 1
        if seen[item.key] <= failures:
            return Result(item.key, None, "error", error_kind=kind, error="not now")
        return upper(item)

    return ScriptedEngine(answer)


@dataclass
class Counter:
    """A meter with a limit on the number of results."""

    limit: int | None = None
    counted: list[str] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)

    def reserve(self, request: Request, alone: bool) -> bool:
        return True

    def count(self, result: Result) -> None:
        self.counted.append(result.key)

    def tick(self, busy_s: float) -> None:
        self.ticks.append(busy_s)

    def exceeded(self) -> str | None:
        over = self.limit is not None and len(self.counted) >= self.limit
        return f"the limit of {self.limit} is reached" if over else None


def hanging(release: threading.Event, alive: Callable[[], float]) -> WindowEngine:
    engine = WindowEngine(4, alive=alive)
    generate = engine.generate

    def stuck(requests: Iterable[Request]) -> Iterator[Result]:
        for place, result in enumerate(generate(requests)):
            if place == 2:
                release.wait(10)
            yield result

    engine.generate = stuck  # type: ignore[method-assign]
    return engine
