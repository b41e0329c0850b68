"""Processes that work on groups of items, with what they make in the order of the groups."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import Self, TypeVar

from synth_assets.errors import SynthAssetsError

Group = TypeVar("Group")
Made = TypeVar("Made")


class Workers:
    """One is this process itself; more are that many beside it, which end with it."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        if processes > 1:
            # Not forked: the libraries that read and count have threads.
            self._pool = ProcessPoolExecutor(
                processes, get_context("spawn"), initializer=_end_with_parent
            )

    def in_order(self, work: Callable[[Group], Made], groups: Iterable[Group]) -> Iterator[Made]:
        """What `work` makes of each group. No more groups are in memory than twice the processes.

        Raises what `work` raises, and SynthAssetsError where a process is killed.
        """
        if self._pool is None:
            yield from map(work, groups)
            return
        waiting: deque[Future[Made]] = deque()
        try:
            for group in groups:
                waiting.append(self._pool.submit(work, group))
                if len(waiting) == 2 * self._processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise SynthAssetsError(
                f"one of {self._processes} processes was killed, perhaps for lack of memory; run "
                f"it again with fewer (ingest.processes)"
            ) from None
        finally:
            for future in waiting:
                future.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
