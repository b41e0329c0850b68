"""How the step at work in this process is asked to stop, and how it tells that its engine hangs.

First the step is asked: stages look at `stop_asked` and keep what is nearly done. Then it is
interrupted, as Dagster does it. A step that even then goes on holds the process in native code,
and the process ends itself: the journal holds all that was finished.
"""

import threading
from collections.abc import Callable

ASKED_S = 6.0
"""Seconds that a step has after it was asked; the runner's requests in flight take up to 5."""
INTERRUPTED_S = 1.25
"""Seconds that it has after each interrupt."""
INTERRUPTS = 2
"""An interrupt that falls into a callback of the interpreter is lost, hence the second."""
EXIT_STUCK = 70

STOP = threading.Event()
"""Set while the step at work is to stop."""


def stop_asked() -> bool:
    """Whether the step at work in this process is to stop."""
    return STOP.is_set()


def wind_down(finished: threading.Event, interrupt: Callable[[], None]) -> bool:
    """Wait for a step that was asked to stop, interrupting it in the end; whether it did stop.
    Takes 8.5 s at most, so that a run cancelled in the UI is over within 10 s."""
    if finished.wait(ASKED_S):
        return True
    for _ in range(INTERRUPTS):
        interrupt()
        if finished.wait(INTERRUPTED_S):
            return True
    return False


class HangReport:
    """Who is told that the engine of the step at work hangs, before the process ends: the run
    worker that waits for the step, so that the retry can say why."""

    def __init__(self) -> None:
        self._tell: Callable[[str], None] = lambda _: None

    def goes_to(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def __call__(self, sentence: str) -> None:
        """See `StageRun.on_hang`. A thread of the process runs this; the step's own is stuck."""
        from synth_assets.corpus.stage import end_process

        try:
            self._tell(sentence)
        finally:
            end_process(sentence)


report_hang = HangReport()
"""Of this process; the GPU lane and local children connect it."""
