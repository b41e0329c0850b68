"""Looking after an engine at work: its progress, its time, and whether it still lives."""

import faulthandler
import threading
import time
from collections.abc import Callable
from math import isfinite
from types import TracebackType
from typing import Self

from synth_assets.generation.money.ledger import Meter
from synth_assets.generation.protocol import Engine, Request, Result
from synth_assets.generation.sending import Sending

BEAT_S = 0.5

STILL_S = 30.0
"""So much later than an engine counts as hung, a process without a beat is ended by the
interpreter's own watchdog: native code holds the interpreter, and no thread of ours can."""

STDERR = 2

TICK_S = 10.0
"""Seconds between two ticks of the meter."""


class NoMeter:
    """Implements `ledger.Meter`: no limits, and nothing is kept."""

    def reserve(self, request: Request, alone: bool) -> bool:
        """There is room for all."""
        del request, alone
        return True

    def count(self, result: Result) -> None:
        """Nothing is kept."""

    def tick(self, busy_s: float) -> None:
        """Nothing is kept."""

    def exceeded(self) -> str | None:
        return None


class Watch:
    """A thread beside a run until the block is left, however it is left.

    Every BEAT_S seconds it calls `look`, to notice soon that the run shall stop, and `tell`, which
    logs the progress where it is time to. The meter's ticks come here, the last one at the end.
    Where the beats stay away the process ends, with the stack of every thread on its error output.
    """

    def __init__(
        self,
        engine: Engine,
        sending: Sending,
        meter: Meter,
        *,
        hang_s: float,
        on_hang: Callable[[str], None],
        look: Callable[[], object],
        tell: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._sending = sending
        self._meter = meter
        self._hang_s = hang_s
        self._on_hang = on_hang
        self._look = look
        self._tell = tell
        self._ended = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="generation-watch", daemon=True)
        self._ticked_at = time.monotonic()
        self._told_s = 0.0
        self._is_hung = False

    def __enter__(self) -> Self:
        self._arm()
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
        faulthandler.cancel_dump_traceback_later()
        self._tick()

    def check(self) -> None:
        """Raises, in the thread of the run, what first went wrong beside it, such as a ledger that
        cannot be written; the beating goes on."""
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while not self._ended.wait(BEAT_S):
            try:
                self._beat()
            except Exception as error:
                self._error = self._error or error

    def _beat(self) -> None:
        self._arm()
        self._look()
        if not self._is_hung and self._quiet_s() > self._hang_s:
            self._is_hung = True
            self._on_hang(
                f"engine {self._engine.identity.model} gave no sign of life for "
                f"{self._hang_s:,.0f} s (generation.hang_s) with {self._sending.in_flight:,} "
                f"requests in flight; it counts as hung"
            )
        if time.monotonic() - self._ticked_at >= TICK_S:
            self._tick()
        self._tell()

    def _arm(self) -> None:
        if isfinite(self._hang_s):
            faulthandler.dump_traceback_later(self._hang_s + STILL_S, exit=True, file=STDERR)

    def _tick(self) -> None:
        busy_s = self._sending.busy_s()
        self._meter.tick(busy_s - self._told_s)
        self._told_s = busy_s
        self._ticked_at = time.monotonic()

    def _quiet_s(self) -> float:
        """Seconds without a sign of life while the engine has work, and is not itself waiting for
        requests."""
        if not self._sending.in_flight or self._sending.is_pulling:
            return 0.0
        return time.monotonic() - max(self._engine.alive_at, self._sending.moved_at)
