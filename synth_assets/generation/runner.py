"""The runner: sends what has no result yet, journals what comes back, and nothing twice."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from synth_assets.errors import CancelledError
from synth_assets.generation.journal import Journal
from synth_assets.generation.protocol import Engine, Request, Result

PROGRESS_INTERVAL_S = 10.0
WINDOW = 2048
"""Requests whose keys are looked up together."""

TRANSIENT = frozenset({"transport", "timeout", "memory"})
"""Error kinds worth another attempt; a request that fails otherwise would fail again."""


@dataclass(slots=True)
class RunStats:
    """What a run paid for and what it found paid for already."""

    sent: int = 0
    reused: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


class Runner:
    """Generates through one engine into one journal.

    `log` is told the progress at least every 10 s while results come; `cancelled` is asked
    between results.
    """

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        *,
        attempts: int = 3,
        log: Callable[[str], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.engine = engine
        self.journal = journal
        self.stats = RunStats()
        self._attempts = attempts
        self._log = log
        self._cancelled = cancelled
        self._started: dict[str, Request] = {}
        self._told_at = time.monotonic()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        """Results of the requests that had none; each is in the journal before it is yielded.

        Equal keys are generated once. A request that keeps failing yields its last failure;
        only lasting failures are journaled, so that a later run tries the others again.
        Raises CancelledError when asked to stop.
        """
        begun = time.monotonic()
        attempt, waiting = 1, self._missing(requests)
        try:
            while True:
                again: list[Request] = []
                for result in self.engine.generate(waiting):
                    if result.error_kind in TRANSIENT and attempt < self._attempts:
                        again.append(self._started[result.key])
                    else:
                        yield self._record(replace(result, attempt=attempt))
                    self._stop_if_asked()
                if not again:
                    return
                attempt, waiting = attempt + 1, iter(again)
        finally:
            self.stats.seconds += time.monotonic() - begun

    def _missing(self, requests: Iterable[Request]) -> Iterator[Request]:
        """Requests without a result, each key once, while the engine pulls."""
        seen: set[bytes] = set()
        for window in _windows(requests):
            known = self.journal.lookup({request.key for request in window})
            for request in window:
                self._stop_if_asked()
                short = bytes.fromhex(request.key)
                if short in seen:
                    continue
                seen.add(short)
                if request.key in known:
                    self.stats.reused += 1
                    continue
                self._started[request.key] = request
                yield request

    def _record(self, result: Result) -> Result:
        stats = self.stats
        stats.sent += 1
        stats.failed += result.failed
        stats.prompt_tokens += result.prompt_tokens
        stats.completion_tokens += result.completion_tokens
        if result.error_kind not in TRANSIENT:
            self.journal.append(result)
        self._started.pop(result.key, None)
        self._tell()
        return result

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told_at >= PROGRESS_INTERVAL_S:
            self._told_at = now
            stats = self.stats
            self._log(
                f"{stats.sent:,} generated, {stats.reused:,} found in the journal, "
                f"{stats.failed:,} failed, {stats.completion_tokens:,} tokens made"
            )

    def _stop_if_asked(self) -> None:
        if self._cancelled():
            raise CancelledError("the run was asked to stop; what is finished is in the journal")


def _windows(requests: Iterable[Request]) -> Iterator[list[Request]]:
    window: list[Request] = []
    for request in requests:
        window.append(request)
        if len(window) == WINDOW:
            yield window
            window = []
    yield window
