"""What runner and journal cost over the engine that they drive."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from synth_assets.bench.case import Done, Watch
from synth_assets.bench.generate.engines import as_requests, build_engine
from synth_assets.bench.generate.null import temporary_journal
from synth_assets.bench.generate.setting import build_setting
from synth_assets.bench.generate.workload import total_wanted
from synth_assets.generation.journal import Journal
from synth_assets.generation.protocol import Engine, EngineIdentity, Request, Result
from synth_assets.generation.runner import Runner

Item = TypeVar("Item")
Texts = dict[str, str | None]

PARTS = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """CPU seconds of one part through the bare engine and through the runner; `outside_s` of the
    latter the calling thread spent outside the engine, in runner and journal."""

    bare_s: float
    runner_s: float
    outside_s: float


def run_runner(watch: Watch, *, quick: bool) -> Done:
    """Answer the asks in parts, each through the bare engine and through runner and journal, by
    turns first: what disturbs the machine for longer than a part disturbs both. The watch counts
    the runner's turns alone.

    `over_bare` is the median over parts of the runner's CPU time over the bare engine's.
    `over_engine` is the CPU time of the runner's turns over what is left of it without the calling
    thread's time outside the engine: it has no noise, and does not see what threads cost each
    other.
    """
    setting = build_setting("causal", quick=quick)
    engine = build_engine(setting)
    requests = as_requests(setting.asks)
    with temporary_journal() as journal:
        _pair(engine, journal, Watch(), as_requests(setting.warm_up, first=len(requests)))
        pairs = [
            _pair(engine, journal, watch, requests[part::PARTS], runner_first=bool(part % 2))
            for part in range(PARTS)
        ]
    outside_s = sum(pair.outside_s for pair in pairs)
    figures = {
        "over_bare": median(pair.runner_s / pair.bare_s for pair in pairs),
        "over_engine": watch.cpu_s / (watch.cpu_s - outside_s),
    }
    return Done(total_wanted(setting.asks), figures=figures)


def _pair(
    engine: Engine,
    journal: Journal,
    watch: Watch,
    part: Sequence[Request],
    *,
    runner_first: bool = False,
) -> Pair:
    """Raises RuntimeError where the two ways do not give the same texts."""
    bare = None if runner_first else _bare(engine, part)
    texts, runner_s, outside_s = _through_runner(engine, journal, watch, part)
    bare_texts, bare_s = bare or _bare(engine, part)
    if texts != bare_texts:
        raise RuntimeError("the runner's texts are not the engine's")
    return Pair(bare_s, runner_s, outside_s)


def _bare(engine: Engine, part: Sequence[Request]) -> tuple[Texts, float]:
    with Watch() as clock:
        texts = _texts(engine.generate(iter(part)))
    return texts, clock.cpu_s


def _through_runner(
    engine: Engine, journal: Journal, watch: Watch, part: Sequence[Request]
) -> tuple[Texts, float, float]:
    timed = TimedEngine(engine)
    before = watch.cpu_s
    with watch:
        begun = time.thread_time()
        texts = _texts(Runner(timed, journal).generate(iter(part)))
        caller_s = time.thread_time() - begun
    return texts, watch.cpu_s - before, caller_s - timed.seconds


def _texts(results: Iterable[Result]) -> Texts:
    return {result.key: result.text for result in results}


class TimedEngine:
    """Another engine, and the CPU seconds that the calling thread spends in it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.seconds = 0.0

    @property
    def identity(self) -> EngineIdentity:
        return self._engine.identity

    @property
    def alive_at(self) -> float:
        return self._engine.alive_at

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        return self._timed(self._engine.generate(self._timed(requests, sign=-1)), sign=1)

    def close(self) -> None:
        self._engine.close()

    def _timed(self, items: Iterable[Item], *, sign: int) -> Iterator[Item]:
        """Items as they come; the time to get each is the engine's, but for that which the engine
        itself waits for requests."""
        source = iter(items)
        while True:
            begun = time.thread_time()
            try:
                item = next(source)
            except StopIteration:
                return
            finally:
                self.seconds += sign * (time.thread_time() - begun)
            yield item
