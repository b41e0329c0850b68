"""Prepared requests on their way to the decoding threads: sorted windows, taken in batches."""

import threading
from collections import deque
from collections.abc import Callable, Iterable

from synth_assets.generation.engines.local.rows import Prompted


class Feed:
    """A queue of windows, each sorted by length, so that a batch is of one length.

    Every second window begins with its shortest: a batch that is filled up from the next window
    stays of one length. The first begins with its longest, so that a batch too big for memory
    shows at once.
    """

    def __init__(self) -> None:
        self._waiting: deque[Prompted] = deque()
        self._changed = threading.Condition()
        self._ascending = False
        self.stopped = False
        self.columns = 0
        """Tokens of the longest request so far, prompt and room together."""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, window: Iterable[Prompted]) -> None:
        ordered = sorted(window, key=lambda item: (item.way, len(item.ids), item.room))
        if not self._ascending:
            ordered.reverse()
        self._ascending = not self._ascending
        with self._changed:
            widths = (len(item.ids) + item.room for item in ordered)
            self.columns = max([self.columns, *widths])
            self._waiting.extend(ordered)
            self._changed.notify_all()

    def stop(self) -> None:
        """What waits is not wanted any more."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()

    def take(self, rows: Callable[[int], int], among: int) -> list[Prompted]:
        """A batch, of up to `rows(columns)` requests that can share it, and of no more than one
        taker's part of what waits. Waits for one; the list is empty where it was stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self.stopped)
            if self.stopped:
                return []
            part = -(-len(self._waiting) // among)
            return self._pop(min(rows(self.columns), part), self._waiting[0].way)

    def more(self, size: int, way: tuple[int, int]) -> list[Prompted]:
        """Like `take`, for a batch that has begun: what is there now and fits it."""
        with self._changed:
            return self._pop(size, way)

    def _pop(self, size: int, way: tuple[int, int]) -> list[Prompted]:
        taken: list[Prompted] = []
        while (
            not self.stopped and len(taken) < size and self._waiting and self._waiting[0].way == way
        ):
            taken.append(self._waiting.popleft())
        return taken
