"""The runner sends each key once, stops with grace, and waits with patience."""

import time
from collections.abc import Iterable, Iterator

import pytest

from synth_assets.errors import BudgetError, CancelledError
from synth_assets.generation import runner, sending
from synth_assets.generation.journal import Journal
from synth_assets.generation.protocol import Request, Result
from synth_assets.generation.runner import Runner
from synth_assets_tests.engines import ScriptedEngine, upper
from synth_assets_tests.generation.stubs import (
    Counter,
    ThreadedEngine,
    WindowEngine,
    flaky,
    request,
    requests,
)


@pytest.mark.parametrize("engine", [WindowEngine(7), ThreadedEngine(5)])
def test_equal_keys_are_generated_once(journal: Journal, engine: WindowEngine) -> None:
    work = [request(number % 400) for number in range(3000)]
    results = list(Runner(engine, journal).generate(work))
    assert sorted(engine.pulled) == sorted({item.key for item in work})
    assert {result.key for result in results} == {item.key for item in work}
    assert journal.known(item.key for item in work) == {item.key for item in work}


def test_requests_are_pulled_lazily(journal: Journal) -> None:
    made = 0

    def endless() -> Iterator[Request]:
        nonlocal made
        while True:
            made += 1
            yield request(made)

    results = Runner(ScriptedEngine(upper), journal).generate(endless())
    for _ in range(10):
        next(results)
    results.close()  # type: ignore[attr-defined]
    assert made <= sending.WINDOW


def test_failures_that_pass_are_sent_again_after_a_while(journal: Journal) -> None:
    engine = flaky(2)
    run = Runner(engine, journal, attempts=3)
    results = list(run.generate(requests(1, 2, 3)))
    assert sorted((result.text, result.attempt) for result in results) == [
        (f"PROMPT {number}", 3) for number in (1, 2, 3)
    ]
    assert (run.stats.sent, run.stats.retried, run.stats.failed) == (3, 6, 0)
    assert run.given_up == {}


def test_failures_that_do_not_pass_are_given_up_and_left_to_a_later_run(journal: Journal) -> None:
    engine = flaky(99)
    run = Runner(engine, journal, attempts=2)
    (result,) = run.generate(requests(1, 1))
    assert (result.error_kind, result.attempt, len(engine.sent)) == ("transport", 2, 2)
    assert run.given_up.keys() == {result.key}
    assert journal.known([result.key]) == set()
    (again,) = Runner(ScriptedEngine(upper), journal).generate(requests(1))
    assert again.text == "PROMPT 1"


def test_waits_grow_are_capped_and_differ(
    monkeypatch: pytest.MonkeyPatch, journal: Journal
) -> None:
    monkeypatch.setattr(sending, "BACKOFF_S", 1.0)
    monkeypatch.setattr(sending, "MAX_BACKOFF_S", 8.0)
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    outbox = sending.Sending(journal, lambda: False)
    source, waits = outbox.pull(requests(1)), []
    for _ in range(8):
        (item,) = source
        outbox.again(item.key)
        begun = now[0]
        outbox.wait()
        waits.append(now[0] - begun)
        source = outbox.pull(())
    for number, wait in enumerate(waits):
        middle = min(8.0, 2.0**number)
        assert middle * 0.5 - 0.2 <= wait <= middle * 1.5 + 0.2
    assert len({round(wait, 3) for wait in waits[3:]}) > 1


def test_asking_to_stop_interrupts_a_wait(
    monkeypatch: pytest.MonkeyPatch, journal: Journal
) -> None:
    monkeypatch.setattr(sending, "BACKOFF_S", 60.0)
    asked = time.monotonic() + 0.2
    run = Runner(flaky(1), journal, cancelled=lambda: time.monotonic() > asked)
    with pytest.raises(CancelledError):
        list(run.generate(requests(1)))
    assert time.monotonic() - asked < 5


def test_a_stopped_run_pulls_no_more_and_keeps_what_is_in_flight(journal: Journal) -> None:
    engine = WindowEngine(20)
    run = Runner(engine, journal, cancelled=lambda: len(engine.answered) >= 5)
    with pytest.raises(CancelledError):
        list(run.generate(map(request, range(100))))
    assert len(engine.pulled) == 20
    assert journal.known(engine.pulled) == set(engine.pulled)


def test_grace_is_limited(monkeypatch: pytest.MonkeyPatch, journal: Journal) -> None:
    monkeypatch.setattr(runner, "GRACE_S", 0.1)
    engine = WindowEngine(1000, pause_s=0.01)
    run = Runner(engine, journal, cancelled=lambda: len(engine.answered) >= 5)
    with pytest.raises(CancelledError):
        list(run.generate(map(request, range(1000))))
    assert engine.closed
    assert 5 <= len(engine.answered) < 500
    assert journal.known(engine.pulled) == set(engine.answered)


def test_a_spent_budget_stops_and_the_next_run_goes_on(journal: Journal) -> None:
    engine, meter = ScriptedEngine(upper), Counter(limit=10)
    with pytest.raises(BudgetError, match="the limit of 10 is reached"):
        list(Runner(engine, journal, meter=meter).generate(map(request, range(30))))
    assert len(engine.sent) == 10
    with pytest.raises(BudgetError):
        list(Runner(engine, journal, meter=Counter(limit=0)).generate(map(request, range(30))))
    assert len(engine.sent) == 10
    list(Runner(engine, journal, meter=Counter()).generate(map(request, range(30))))
    assert len(engine.sent) == len(set(engine.sent)) == 30


def test_a_budget_that_is_spent_while_requests_wait_to_be_sent_again_is_one(
    journal: Journal,
) -> None:
    with pytest.raises(BudgetError):
        list(Runner(flaky(1), journal, meter=Counter(limit=1)).generate(requests(1)))


def test_a_budget_that_is_spent_with_the_last_request_is_no_error(journal: Journal) -> None:
    meter = Counter(limit=3)
    run = Runner(ScriptedEngine(upper), journal, meter=meter)
    assert len(list(run.generate(requests(1, 2, 3)))) == 3
    assert list(run.generate(requests(1, 2, 3))) == []


def test_a_request_that_the_engine_never_answers_is_sent_again_then_given_up(
    journal: Journal,
) -> None:
    class Forgetful(WindowEngine):
        def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
            for item in requests:
                self.pulled.append(item.key)
                if item.key != request(1).key:
                    yield upper(item)

    engine = Forgetful(1)
    run = Runner(engine, journal, attempts=2)
    results = {result.key: result.error_kind for result in run.generate(requests(1, 2))}
    assert results == {request(1).key: "lost", request(2).key: None}
    assert engine.pulled.count(request(1).key) == 2


def test_a_text_that_is_no_unicode_fails_alone(journal: Journal) -> None:
    engine = ScriptedEngine(
        lambda item: Result(item.key, "\ud800" if item.key == request(1).key else "fine", "stop")
    )
    results = {item.key: item for item in Runner(engine, journal).generate(requests(1, 2))}
    assert results[request(1).key].error_kind == "text"
    assert results[request(2).key].text == "fine"
    assert journal.known(results) == set(results)
