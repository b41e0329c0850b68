"""A thread beside a run that looks after it while the engine works."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

BEAT_S = 0.5


class Ticker:
    """Calls `beat` every BEAT_S seconds until the block is left, however it is left.

    The first error of `beat` is raised by `check`, in the thread of the run; the beating goes on.
    """

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._ended = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="generation-ticker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while not self._ended.wait(BEAT_S):
            try:
                self._beat()
            except Exception as error:
                self._error = self._error or error
