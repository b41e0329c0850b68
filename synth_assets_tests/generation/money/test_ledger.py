"""Several processes write one ledger, a kill costs a tick, and a spent budget is one sentence."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.generation.money.entries import Entry, Ledger, Tail
from synth_assets.generation.money.ledger import LedgerMeter, Marks, open_meter
from synth_assets.generation.protocol import Result
from synth_assets.generation.spec import (
    Budget,
    EngineSpec,
    Limits,
    Price,
    RulesSpec,
    TransformersSpec,
)
from synth_assets.home import Home
from synth_assets_tests.conftest import MakeRun

PRICE = Price(
    currency="EUR",
    per_million_prompt_tokens=100,
    per_million_completion_tokens=1000,
    per_gpu_hour=3.6,
)
PRICED = TransformersSpec(
    kind="transformers", task="causal", model="owner/model", device="cuda", price=PRICE
)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(tmp_path / "ledger", now=clock)


def meter(
    ledger: Ledger, budget: Budget | None = None, spec: EngineSpec = PRICED, run: str = "run"
) -> LedgerMeter:
    marks = Marks(run, "rewritten/faq", "b1", "transformers-causal", "owner/model")
    return LedgerMeter(ledger, marks, spec, budget or Budget())


def result(prompt: int, completion: int) -> Result:
    return Result("0" * 32, "text", "stop", prompt, completion)


def failure() -> Result:
    return Result("0" * 32, None, "error", error_kind="timeout")


def test_a_tick_writes_what_was_counted_since_the_last_and_its_cost(ledger: Ledger) -> None:
    counting = meter(ledger)
    counting.count(result(1000, 200))
    counting.count(failure())
    counting.tick(10.0)
    counting.tick(0.0)
    counting.tick(5.0)
    first, second = ledger.entries()
    assert (first.run, first.corpus, first.batch) == ("run", "rewritten/faq", "b1")
    assert (first.engine, first.model) == ("transformers-causal", "owner/model")
    assert (first.requests, first.failed) == (2, 1)
    assert (first.prompt_tokens, first.completion_tokens) == (1000, 200)
    assert (first.seconds, first.gpu_seconds) == (10.0, 10.0)
    assert (first.money, first.currency) == (pytest.approx(0.1 + 0.2 + 0.01), "EUR")
    assert (second.requests, second.gpu_seconds) == (0, 5.0)
    assert first.time == "2026-05-01T12:00:00+00:00"


def test_engines_without_a_gpu_or_a_price_say_so(ledger: Ledger) -> None:
    on_cpu = PRICED.model_copy(update={"device": "cpu", "price": None})
    for spec in (RulesSpec(kind="rules"), on_cpu):
        counting = meter(ledger, spec=spec)
        counting.count(result(10, 10))
        counting.tick(10.0)
    rules, unpriced = ledger.entries()
    assert (rules.gpu_seconds, rules.money, rules.currency) == (0.0, 0.0, None)
    assert (unpriced.gpu_seconds, unpriced.money, unpriced.currency) == (0.0, None, None)


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(1, 300))
def test_a_torn_last_line_is_ignored_and_takes_no_other_with_it(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("torn"), now=Clock())
    counting = meter(ledger)
    for number in range(3):
        counting.count(result(number, 0))
        counting.tick(1.0)
    path = ledger.path(NOON.date())
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines)[: -min(cut, len(lines[-1]))])
    assert [entry.prompt_tokens for entry in ledger.entries()] == [0, 1]
    counting.count(result(9, 0))
    counting.tick(1.0)
    told = [entry.prompt_tokens for entry in ledger.entries()]
    # a line that lacks its newline alone was written whole
    assert told == ([0, 1, 2, 9] if cut == 1 else [0, 1, 9])


WRITE = """
import sys
from pathlib import Path
from synth_assets.generation.money.entries import Ledger
from synth_assets_tests.generation.money.test_ledger import meter, result
counting = meter(Ledger(Path(sys.argv[1])), run=sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    counting.count(result(number, 1))
    counting.tick(0.5)
    if number % 100 == 0:
        print(number, flush=True)
"""


def writer(folder: Path, run: str, lines: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(folder), run, str(lines)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


def start(child: "subprocess.Popen[str]") -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def test_two_processes_write_whole_lines_and_both_see_the_sum(tmp_path: Path) -> None:
    children = [writer(tmp_path, run, 500) for run in ("a", "b")]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        start(child)
    for child in children:
        child.communicate(timeout=60)
        assert child.returncode == 0
    assert all(
        Entry.read(line)
        for path in tmp_path.iterdir()
        for line in path.read_bytes().splitlines()
        if line
    )
    entries = list(Ledger(tmp_path).entries())
    assert [sum(entry.run == run for entry in entries) for run in "ab"] == [500, 500]
    total = 2 * (sum(range(500)) + 500)
    assert sum(entry.tokens for entry in entries) == total
    third = meter(Ledger(tmp_path), Budget(day=Limits(tokens=total)), run="c")
    assert f"{total:,} tokens by all runs of" in (third.exceeded() or "")


def test_kill_9_loses_no_line_that_a_tick_has_written(tmp_path: Path) -> None:
    child = writer(tmp_path, "a", 1_000_000)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    start(child)
    ticked = [int(child.stdout.readline()) for _ in range(5)][-1]
    child.send_signal(signal.SIGKILL)
    child.communicate()
    entries = list(Ledger(tmp_path).entries())
    assert len(entries) > ticked
    assert [entry.prompt_tokens for entry in entries] == list(range(len(entries)))


def test_a_budget_of_the_run_counts_earlier_processes_of_the_same_run_alone(
    ledger: Ledger, clock: Clock
) -> None:
    yesterday = clock.now
    for run, tokens in (("run", 600), ("other", 5000)):
        spending = meter(ledger, run=run)
        spending.count(result(tokens, 0))
        spending.tick(1.0)
    clock.now = yesterday + timedelta(days=1)
    counting = meter(ledger, Budget(run=Limits(tokens=1000), day=Limits(tokens=1000)))
    counting.count(result(399, 0))
    assert counting.exceeded() is None
    counting.count(result(1, 0))
    assert counting.exceeded() == (
        "the budget generation.budget.run.tokens of 1,000 tokens is spent: 1,000 tokens by this "
        "run; what is finished is kept, and the next run, or one with a higher limit, goes on"
    )
    assert meter(ledger, Budget(run=Limits(tokens=1000)), run="next").exceeded() is None


def test_a_budget_of_the_day_counts_all_runs_and_begins_anew_at_midnight(
    ledger: Ledger, clock: Clock
) -> None:
    budget = Budget(day=Limits(gpu_hours=1.0))
    ours, theirs = meter(ledger, budget), meter(ledger, run="other")
    ours.tick(1800.0)
    theirs.tick(1800.0)
    assert ours.exceeded() is None
    ours.tick(0.0)
    assert (ours.exceeded() or "").startswith(
        "the budget generation.budget.day.gpu_hours of 1.00 GPU hours is spent: 1.00 GPU hours "
        "by all runs of 2026-05-01; what is finished is kept, and a run tomorrow"
    )
    clock.now += timedelta(hours=13)
    ours.tick(0.0)
    assert ours.exceeded() is None


def test_money_counts_between_ticks_and_in_one_currency(ledger: Ledger) -> None:
    budget = Budget(day=Limits(money=1.0))
    counting = meter(ledger, budget)
    counting.count(result(0, 1000))
    assert "1.00 EUR" in (counting.exceeded() or "")
    counting.tick(0.0)
    dollars = PRICED.model_copy(update={"price": PRICE.model_copy(update={"currency": "USD"})})
    assert meter(ledger, budget, dollars, run="new").exceeded() == (
        "generation.budget.day.money is in USD, and the ledger holds costs of the same day in "
        "EUR: a limit of money needs one currency"
    )


def test_what_costs_nothing_is_not_stopped_by_a_spent_budget(ledger: Ledger) -> None:
    budget = Budget(day=Limits(tokens=1, money=0.01))
    spending = meter(ledger)
    spending.count(result(10, 1000))
    spending.tick(1.0)
    assert meter(ledger, budget).exceeded() is not None
    assert meter(ledger, budget, RulesSpec(kind="rules")).exceeded() is None
    free = PRICED.model_copy(update={"price": Price()})
    assert meter(ledger, Budget(day=Limits(money=0.01)), free).exceeded() is None


def test_days_are_those_of_the_profile_s_time_zone(tmp_path: Path) -> None:
    auckland, honolulu = Ledger(tmp_path, "Pacific/Auckland"), Ledger(tmp_path, "Pacific/Honolulu")
    assert auckland.today() > honolulu.today()


def test_the_stage_s_meter_writes_into_the_home(make_run: MakeRun, home: Home) -> None:
    counting = open_meter(make_run("b7", run_id="r1"), "rewritten/faq", RulesSpec(kind="rules"))
    counting.count(result(1, 1))
    counting.tick(1.0)
    (path,) = (home.path / "ledger").iterdir()
    (entry,) = Tail(path).read()
    assert (entry.run, entry.corpus, entry.batch) == ("r1", "rewritten/faq", "b7")
    assert (entry.engine, entry.model) == ("rules", "rules")
