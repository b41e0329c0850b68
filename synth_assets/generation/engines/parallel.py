"""Several batches of a small model at once on a CPU, one core each.

The operations of a small model are too short for two cores to share one: side by side, batches of
the bundled translator take two thirds of the time that they take one after the other.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from typing import Any, TypeVar

import torch

SMALL_MODEL_PARAMETERS = 200_000_000
"""Above this a single operation keeps all cores busy."""

Batch = TypeVar("Batch")
Item = TypeVar("Item")


def batches_at_once(model: Any) -> int:
    """How many batches of this model run side by side on the device it is on."""
    small = sum(weight.numel() for weight in model.parameters()) <= SMALL_MODEL_PARAMETERS
    return torch.get_num_threads() if small and model.device.type == "cpu" else 1


def side_by_side(
    run: Callable[[Batch], Iterator[Item]], batches: Iterable[Batch], workers: int
) -> Iterator[Item]:
    """Items of all batches as they come, from `workers` threads.

    An item is handed over as soon as it is there, so that a killed process loses none that was
    finished. When the caller stops early, the threads stop at their next item.
    """
    if workers == 1:
        for batch in batches:
            yield from run(batch)
        return
    crew = _Crew(run, batches)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield from crew.work(workers)
    finally:
        crew.stop()
        torch.set_num_threads(threads)


class _Crew:
    """Threads that take batches in turn and put what comes of them into one queue."""

    def __init__(self, run: Callable[[Any], Iterator[Any]], batches: Iterable[Any]) -> None:
        self._run = run
        self._batches = iter(batches)
        self._taking = threading.Lock()
        self._stopped = threading.Event()
        self._done: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def work(self, workers: int) -> Iterator[Any]:
        self._threads = [threading.Thread(target=self._take, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()
        busy = workers
        while busy:
            kind, value = self._done.get()
            if kind == "item":
                yield value
            elif kind == "error":
                raise value
            else:
                busy -= 1

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _take(self) -> None:
        torch.set_num_threads(1)
        try:
            while (batch := self._next()) is not None:
                for item in self._run(batch):
                    if self._stopped.is_set():
                        return
                    self._done.put(("item", item))
        except BaseException as error:
            self._done.put(("error", error))
        finally:
            self._done.put(("end", None))

    def _next(self) -> Any:
        with self._taking:
            return None if self._stopped.is_set() else next(self._batches, None)
