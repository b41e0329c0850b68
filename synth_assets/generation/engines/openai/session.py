"""An event loop in a thread of its own: requests in, results out, and a quick end."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Protocol, Self

from synth_assets.generation.protocol import Request, Result

HEARTBEAT_S = 1.0
CLOSE_S = 2.0
"""How long the end may take; the thread is a daemon, should it take longer."""

LAST_S = 5.0
"""What is under way when the engine cannot go on has so long to finish: it is paid for."""


class Worker(Protocol):
    """What turns requests into results, made inside the loop."""

    async def result(self, request: Request) -> Result: ...

    async def close(self) -> None: ...


class Session:
    """Runs requests side by side. What a worker raises is raised by `next`. At the end everything
    under way is cancelled, connections are closed and the thread is gone."""

    def __init__(self, open_worker: Callable[[], Worker]) -> None:
        self._open_worker = open_worker
        self._results: SimpleQueue[Result | BaseException] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="openai-engine", daemon=True)
        self._ready = threading.Event()
        self._is_failed = False
        self.alive_at = time.monotonic()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(RuntimeError):  # the loop is closed: its thread ended by an error
            self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(CLOSE_S)

    def submit(self, request: Request) -> None:
        with suppress(RuntimeError):  # `next` raises what ended the loop
            self._loop.call_soon_threadsafe(self._start, request)

    def next(self) -> Result:
        """The next finished result; waits for it."""
        found = self._results.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def rest(self, unfinished: int) -> Iterator[Result]:
        """After an error, the results among the last so many that come within LAST_S; what the
        others raise is passed over."""
        deadline = time.monotonic() + LAST_S
        with suppress(Empty):
            for _ in range(0 if self._is_failed else unfinished):
                found = self._results.get(timeout=max(0.0, deadline - time.monotonic()))
                if isinstance(found, Result):
                    yield found

    def fail(self, error: BaseException) -> None:
        """Make a waiting `next` raise; may be called from any thread."""
        self._is_failed = True
        self._results.put(error)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._results.put(error)
        finally:
            self._ready.set()
            self._loop.close()  # waits for no thread that still looks up a name

    async def _serve(self) -> None:
        self._worker = self._open_worker()
        self._ready.set()
        try:
            await self._until_stopped()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._worker.close()

    async def _until_stopped(self) -> None:
        while not self._stopped.is_set():
            self.alive_at = time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._stopped.wait()

    def _start(self, request: Request) -> None:
        task = self._loop.create_task(self._deliver(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, request: Request) -> None:
        try:
            self._results.put(await self._worker.result(request))
        except Exception as error:
            self._results.put(error)
