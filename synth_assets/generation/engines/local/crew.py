"""Decoding threads beside the caller's: it tokenizes, detokenizes and journals, they compute.

On a CPU, operations of a small model are too short for two cores to share one: several batches
side by side, one core each, take two thirds of the time that they take one after the other.
"""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from queue import SimpleQueue
from typing import Any

import torch

from synth_assets.generation.engines.local.faults import RequestError
from synth_assets.generation.engines.local.feed import Feed
from synth_assets.generation.engines.local.rows import Emit, Finished, Row

SMALL_MODEL_PARAMETERS = 200_000_000
"""Above this a single operation keeps all cores busy."""

Ended = tuple[Row, Finished | RequestError]


def default_replicas(model: Any) -> int:
    """How many batches of this model run side by side on the device it is on, where the profile
    does not say."""
    small = sum(weight.numel() for weight in model.parameters()) <= SMALL_MODEL_PARAMETERS
    return torch.get_num_threads() if small and model.device.type == "cpu" else 1


class Crew:
    """Threads that decode what the feed has. They share the weights; each has its own batch, and
    on CUDA its own stream."""

    def __init__(self, work: Callable[[Emit], None], feed: Feed) -> None:
        self._work = work
        self._feed = feed
        self._done: SimpleQueue[Ended | BaseException] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._cores_before = 1

    def start(self, replicas: int, device: torch.device) -> None:
        """Put so many threads to work, unless they are."""
        if self._threads:
            return
        self._cores_before = torch.get_num_threads()
        shared = replicas if device.type == "cpu" else 1
        cores = max(1, self._cores_before // shared)
        torch.set_num_threads(cores)
        for number in range(replicas):
            thread = threading.Thread(
                target=self._decode, args=(device, cores), name=f"decode-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the threads at their next token; what they have not begun is dropped."""
        self._feed.stop()
        for thread in self._threads:
            thread.join()
        if self._threads:
            torch.set_num_threads(self._cores_before)

    def next(self) -> Ended:
        """The next row that ended. Raises what broke a thread."""
        found = self._done.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def _decode(self, device: torch.device, cores: int) -> None:
        torch.set_num_threads(cores)
        try:
            with _own_stream(device):
                self._work(lambda row, end: self._done.put((row, end)))
        except BaseException as error:
            self._done.put(error)


def _own_stream(device: torch.device) -> Any:
    if device.type != "cuda":
        return nullcontext()
    torch.cuda.set_device(device)
    return torch.cuda.stream(torch.cuda.Stream(device))  # type: ignore[no-untyped-call]
