"""Beside the run: a dead engine is noticed, progress is told, the meter keeps the time."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from synth_assets.generation import progress, sending, watch
from synth_assets.generation.engines import gpu_lock
from synth_assets.generation.journal import Journal
from synth_assets.generation.progress import Position
from synth_assets.generation.protocol import Request, Result
from synth_assets.generation.runner import Runner
from synth_assets_tests.engines import ScriptedEngine, upper
from synth_assets_tests.generation.stubs import (
    Counter,
    WindowEngine,
    flaky,
    hanging,
    request,
    requests,
)


def test_the_meter_is_told_every_send_and_the_engines_time(
    monkeypatch: pytest.MonkeyPatch, journal: Journal
) -> None:
    monkeypatch.setattr(watch, "TICK_S", 0.1)
    meter = Counter()
    engine = WindowEngine(1, pause_s=0.05)
    list(Runner(engine, journal, meter=meter).generate(map(request, range(10))))
    assert len(meter.counted) == 10
    assert len(meter.ticks) > 2
    assert 0.5 <= sum(meter.ticks) < 5
    retried = Counter()
    list(Runner(flaky(1), journal, meter=retried).generate(requests(77)))
    assert len(retried.counted) == 2


def test_waiting_to_send_again_is_no_time_of_the_engine(
    monkeypatch: pytest.MonkeyPatch, journal: Journal
) -> None:
    monkeypatch.setattr(sending, "BACKOFF_S", 1.0)
    run = Runner(flaky(1), journal, meter=(meter := Counter()))
    begun = time.monotonic()
    list(run.generate(requests(1)))
    assert time.monotonic() - begun > 0.4
    assert sum(meter.ticks) < 0.3
    assert run.stats.seconds == pytest.approx(sum(meter.ticks))


def test_waiting_for_another_homes_gpu_is_no_time_of_the_engine(journal: Journal) -> None:
    engine, meter = WindowEngine(1), Counter()
    generate = engine.generate

    def late(requests: Iterable[Request]) -> Iterator[Result]:
        for number, result in enumerate(generate(requests)):
            if number == 0:
                with gpu_lock._waiting:
                    time.sleep(0.4)
            yield result

    engine.generate = late  # type: ignore[method-assign]
    run = Runner(engine, journal, meter=meter)
    begun = time.monotonic()
    list(run.generate(requests(1, 2)))
    assert run.stats.seconds == pytest.approx(sum(meter.ticks), abs=1e-3)
    assert sum(meter.ticks) < time.monotonic() - begun - 0.35


def test_a_meter_that_breaks_breaks_the_run(
    monkeypatch: pytest.MonkeyPatch, journal: Journal
) -> None:
    class Broken(Counter):
        def tick(self, busy_s: float) -> None:
            raise OSError("no space left")

    monkeypatch.setattr(watch, "TICK_S", 0.05)
    engine = WindowEngine(1, pause_s=0.02)
    with pytest.raises(OSError, match="no space left"):
        list(Runner(engine, journal, meter=Broken()).generate(map(request, range(1000))))
    assert len(engine.answered) < 1000


def test_a_hung_engine_is_noticed_once(journal: Journal) -> None:
    release, told, log = threading.Event(), [], []

    def on_hang(sentence: str) -> None:
        told.append(sentence)
        time.sleep(0.2)
        release.set()

    begun = time.monotonic()
    engine = hanging(release, lambda: begun)
    run = Runner(engine, journal, hang_s=0.3, on_hang=on_hang, log=log.append)
    assert len(list(run.generate(map(request, range(8))))) == 8
    assert len(told) == 1 and told == log
    assert "no sign of life" in told[0] and "2 requests in flight" in told[0]


def test_an_engine_that_is_slow_but_alive_or_waits_for_requests_is_not_hung(
    journal: Journal,
) -> None:
    release, told = threading.Event(), []
    threading.Timer(0.6, release.set).start()
    alive = hanging(release, time.monotonic)
    list(Runner(alive, journal, hang_s=0.2, on_hang=told.append).generate(map(request, range(8))))

    def slow() -> Iterator[Request]:
        yield request(100)
        time.sleep(0.6)
        yield request(101)

    old = WindowEngine(2, alive=lambda: 0.0)
    list(Runner(old, journal, hang_s=0.2, on_hang=told.append).generate(slow()))
    assert told == []


def test_a_hung_engine_ends_its_process_unless_told_otherwise() -> None:
    code = "from synth_assets.corpus.stage import end_process; end_process('it hangs')"
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (child.returncode, child.stderr) == (75, "it hangs\n")


HOLDS_THE_INTERPRETER = """
import re, sys
from pathlib import Path
from synth_assets.corpus.files import Files
from synth_assets.generation import watch
from synth_assets.generation.journal import Journal
from synth_assets.generation.runner import Runner
from synth_assets_tests.generation.stubs import WindowEngine, requests

class Stuck(WindowEngine):
    def generate(self, given):
        for result in super().generate(given):
            re.match("(a+)+$", "a" * 99 + "b")
            yield result

watch.BEAT_S, watch.STILL_S = 0.05, 0.2
with Journal(Files(sys.argv[1]), "made", "b") as journal:
    list(Runner(Stuck(1), journal, hang_s=0.3).generate(requests(1)))
"""


def test_native_code_that_holds_the_interpreter_ends_its_process(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", HOLDS_THE_INTERPRETER, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert child.returncode == 1
    assert "Timeout" in child.stderr and "in generate" in child.stderr


def test_progress_is_told_while_no_result_comes(
    monkeypatch: pytest.MonkeyPatch, journal: Journal
) -> None:
    monkeypatch.setattr(progress, "INTERVAL_S", 0.15)
    release, log = threading.Event(), []
    threading.Timer(0.7, release.set).start()
    run = Runner(
        hanging(release, time.monotonic),
        journal,
        log=log.append,
        place=lambda: Position(1, 25, 100),
    )
    list(run.generate(map(request, range(8))))
    assert 2 <= len(log) <= 6
    assert log[0].startswith("2 generated (") and "tokens/s), 0 failed, 0 reused, 2 in" in log[0]
    assert "25.0% of 100 documents read" in log[0]


def test_a_run_that_ends_in_seconds_logs_no_progress(journal: Journal) -> None:
    log: list[str] = []
    list(Runner(ScriptedEngine(upper), journal, log=log.append).generate(requests(1, 2)))
    assert log == []


def test_no_thread_is_left_however_a_run_ends(journal: Journal) -> None:
    def dies(item: Request) -> Result:
        raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        list(Runner(ScriptedEngine(dies), journal).generate(requests(1)))
    unfinished = Runner(ScriptedEngine(upper), journal).generate(requests(2, 3))
    next(unfinished)
    unfinished.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
