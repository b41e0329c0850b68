"""The runner: sends what has no result yet, journals what comes back, and nothing twice."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace

from synth_assets.corpus.stage import end_process
from synth_assets.errors import BudgetError, CancelledError, SynthAssetsError
from synth_assets.generation.journal import Journal
from synth_assets.generation.money.ledger import Meter
from synth_assets.generation.progress import Position, Progress, RunStats
from synth_assets.generation.protocol import Engine, Request, Result
from synth_assets.generation.sending import Sending
from synth_assets.generation.watch import NoMeter, Watch

__all__ = ["GRACE_S", "TRANSIENT", "RunStats", "Runner"]

GRACE_S = 5.0
"""Seconds that requests in flight are given to finish when a run is stopped."""

LOST = "lost"
TRANSIENT = frozenset({"transport", "timeout", "memory", LOST})
"""Error kinds worth another attempt; a request that fails otherwise would fail again. `lost` is a
request that the engine never answered."""


class Runner:
    """Generates through one engine into one journal.

    Stopping: when `cancelled` says so or a limit of the meter is reached, no more requests are
    pulled; what is in flight has GRACE_S seconds to finish, then the engine's generator is closed.
    An engine is closed at its next result: to stop one sooner, end the process; nothing that was
    finished is lost.

    Meanwhile a thread looks after the engine: it tells `log` the progress every 10 s, keeps the
    meter's time, and tells `on_hang` when the engine gave no sign of life for `hang_s` seconds.
    `place` says where in the documents the run is. `given_up` are the results of this run's
    requests that failed in passing once too often: a later run sends them again.
    """

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        *,
        attempts: int = 3,
        hang_s: float = float("inf"),
        log: Callable[[str], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        on_hang: Callable[[str], None] = end_process,
        meter: Meter | None = None,
        place: Callable[[], Position | None] = lambda: None,
    ) -> None:
        self.engine = engine
        self.journal = journal
        self.stats = RunStats()
        self.given_up: dict[str, Result] = {}
        self.is_cancelled = cancelled
        self._attempts = attempts
        self._hang_s = hang_s
        self._log = log
        self._on_hang = on_hang
        self._meter = meter or NoMeter()
        self._progress = Progress(self.stats)
        self._place = place
        self._stop: SynthAssetsError | None = None
        self._stopped_at = 0.0

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        """Results of the requests that had none; each is in the journal before it is yielded.

        Equal keys are generated once. A request that fails in passing is sent again after a while,
        up to `attempts` times in all, then yields its last failure, which is not journaled.
        Raises CancelledError when asked to stop, BudgetError when a limit keeps requests back.
        """
        sending = Sending(self.journal, self._is_stopped, self._meter.reserve)
        watch = Watch(
            self.engine,
            sending,
            self._meter,
            hang_s=self._hang_s,
            on_hang=self._hung,
            look=self._is_stopped,
            tell=lambda: self._tell(sending),
        )
        try:
            with watch:
                yield from self._rounds(sending, requests, watch)
        finally:
            self.stats.reused += sending.reused
            self.stats.seconds += sending.busy_s()
        self._raise_if_stopped(sending)

    def _rounds(
        self, sending: Sending, requests: Iterable[Request], watch: Watch
    ) -> Iterator[Result]:
        """One round through the engine for the requests, then one for every set of retries, and
        for those that had to wait for room."""
        while True:
            yield from self._round(sending, sending.pull(requests), watch)
            if self._is_stopped():
                sending.is_cut |= sending.has_retries or sending.is_held or sending.in_flight > 0
                return
            requests = ()
            if sending.is_held:
                continue
            if not sending.has_retries:
                return
            sending.wait()

    def _round(self, sending: Sending, source: Iterator[Request], watch: Watch) -> Iterator[Result]:
        results = self.engine.generate(source)
        with ExitStack() as closing:
            if isinstance(results, Generator):
                closing.callback(results.close)
            for result in results:
                watch.check()
                if (done := self._take(sending, result)) is not None:
                    yield done
                if self._is_stopped() and time.monotonic() - self._stopped_at > GRACE_S:
                    return
        if not self._is_stopped():
            yield from self._lost(sending)

    def _take(self, sending: Sending, result: Result) -> Result | None:
        """What of a result is final: journaled or given up; None where it is tried again."""
        if (sent := sending.sent(result.key)) is None:
            self._log(f"the engine answered a request that it was not sent: {result.key}; ignored")
            return None
        result = replace(result, attempt=sent.attempt)
        self._meter.count(result)
        if result.error_kind not in TRANSIENT:
            result = self._journaled(result)
            sending.settle(result.key)
        elif sent.attempt < self._attempts:
            self.stats.retried += 1
            sending.again(result.key)
            return None
        else:
            self.given_up[result.key] = result
            sending.give_up(result.key)
        self._count(result)
        return result

    def _journaled(self, result: Result) -> Result:
        try:
            self.journal.append(result)
        except TypeError as error:  # text that is no Unicode, such as half a surrogate pair
            result = replace(
                result, text=None, finish_reason="error", error_kind="text", error=str(error)
            )
            self.journal.append(result)
        return result

    def _lost(self, sending: Sending) -> Iterator[Result]:
        """Requests that the engine took and never answered."""
        for key in sending.keys_in_flight():
            lost = Result(key, None, "error", error_kind=LOST, error="the engine gave no result")
            if (done := self._take(sending, lost)) is not None:
                yield done

    def _count(self, result: Result) -> None:
        stats = self.stats
        stats.sent += 1
        stats.failed += result.is_failure
        stats.prompt_tokens += result.prompt_tokens
        stats.completion_tokens += result.completion_tokens

    def _tell(self, sending: Sending) -> None:
        if self._progress.is_due():
            self._log(self._progress.line(self._place(), sending.in_flight))

    def _hung(self, sentence: str) -> None:
        self._log(sentence)
        self._on_hang(sentence)

    def _is_stopped(self) -> bool:
        if self._stop is None:
            self._stopped_at = time.monotonic()
            if self.is_cancelled():
                self._stop = CancelledError(
                    "the run was asked to stop; what is finished is in the journal"
                )
            elif sentence := self._meter.exceeded():
                self._stop = BudgetError(sentence)
        return self._stop is not None

    def _raise_if_stopped(self, sending: Sending) -> None:
        """A spent budget is an error only where it held something back."""
        if isinstance(self._stop, CancelledError) or (self._stop and sending.is_cut):
            raise self._stop
        self._stop = None
