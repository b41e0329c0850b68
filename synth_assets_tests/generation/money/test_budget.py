"""A spent budget stops a corpus cleanly, and the next run pays for the rest alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.errors import BudgetError
from synth_assets.generation.journal import Journal
from synth_assets.generation.money.entries import Ledger
from synth_assets.generation.money.ledger import LedgerMeter, Marks
from synth_assets.generation.protocol import Request, Result, Sampling
from synth_assets.generation.runner import Runner
from synth_assets.generation.spec import Budget, Limits, Price, TransformersSpec
from synth_assets.generation.stage import generate_corpus
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.engines import ScriptedEngine
from synth_assets_tests.generation.stubs import WindowEngine, request
from synth_assets_tests.generation.test_stage import TwoSteps

SPEC = TransformersSpec(
    kind="transformers",
    task="causal",
    model="owner/model",
    device="cpu",
    price=Price(per_million_completion_tokens=1e6),
)
DOCUMENTS = [document(number, f"number {number} e") for number in range(40)]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TOKENS = 6
"""Of one request: three in the prompt and three in the completion."""


def shout(request: Request) -> Result:
    return Result(request.key, str(request.prompt).upper(), "stop", 3, 3)


def generate(run: StageRun, ledger: Ledger, budget: Budget, mark: str) -> ScriptedEngine:
    engine = ScriptedEngine(shout)
    marks = Marks(mark, "rewritten/shout", BATCH, "scripted", "scripted")
    generate_corpus(
        run,
        "rewritten/shout",
        [run.open("filtered")],
        TwoSteps(),
        engine,
        count_tokens=lambda texts: [1 for _ in texts],
        meter=LedgerMeter(ledger, marks, SPEC, budget),
    )
    return engine


def ledger_of(folder: Path, day: int = 0) -> Ledger:
    return Ledger(folder, now=lambda: NOON + timedelta(days=day))


@pytest.fixture
def unlimited(make_run: MakeRun, tmp_path: Path) -> bytes:
    """The file that a run without a budget makes."""
    store = Store(tmp_path / "unlimited")
    publish(store, DOCUMENTS)
    generate(make_run(BATCH, store=store), ledger_of(tmp_path / "other"), Budget(), "free")
    return Path(store.open("rewritten/shout", BATCH).path).read_bytes()


@pytest.mark.parametrize(
    ("limits", "key"),
    [
        (Limits(tokens=20 * TOKENS), "tokens of 120 tokens is spent: 120 tokens by"),
        (Limits(money=60.0), "money of 60.00 USD is spent: 60.00 USD by"),
    ],
)
@pytest.mark.parametrize("whose", ["run", "day"])
def test_what_is_finished_is_kept_and_the_next_run_makes_the_rest(
    make_run: MakeRun,
    store: Store,
    tmp_path: Path,
    unlimited: bytes,
    whose: str,
    limits: Limits,
    key: str,
) -> None:
    publish(store, DOCUMENTS)
    budget = Budget(**{whose: limits})
    folder = tmp_path / "ledger"
    for day in range(3):
        with pytest.raises(BudgetError, match=f"generation.budget.{whose}.{key}"):
            generate(make_run(BATCH), ledger_of(folder, day), budget, f"run {day}")
        assert not store.has("rewritten/shout", BATCH)
    generate(make_run(BATCH), ledger_of(folder, 4), budget, "run 4")
    entries = list(ledger_of(folder).entries())
    by_run = {run: sum(e.requests for e in entries if e.run == run) for run in _runs(entries)}
    assert by_run == {"run 0": 20, "run 1": 20, "run 2": 20, "run 4": 20}
    assert Path(store.open("rewritten/shout", BATCH).path).read_bytes() == unlimited


def _runs(entries: list) -> list[str]:
    return list(dict.fromkeys(entry.run for entry in entries))


@pytest.mark.parametrize("limits", [Limits(tokens=200), Limits(money=100.0)])
def test_requests_in_flight_pass_a_limit_by_one_at_most(
    tmp_path: Path, journal: Journal, limits: Limits
) -> None:
    """An engine that takes all it can get is given what fits, then less and less, then one."""
    ledger = ledger_of(tmp_path / "ledger")
    marks = Marks("run", "rewritten/shout", BATCH, "window", "window")
    asked = [replace(request(n), sampling=Sampling(max_new_tokens=9)) for n in range(99)]
    engine = WindowEngine(64, answer=shout)
    with pytest.raises(BudgetError):
        list(
            Runner(
                engine, journal, meter=LedgerMeter(ledger, marks, SPEC, Budget(run=limits))
            ).generate(asked)
        )
    spent = sum(entry.tokens if limits.tokens else entry.money or 0 for entry in ledger.entries())
    limit, one = (200, TOKENS) if limits.tokens else (100.0, 3.0)
    assert limit <= spent < limit + one
    assert engine.pulled == engine.answered == [item.key for item in asked[: len(engine.pulled)]]


def test_a_raised_limit_goes_on_the_same_day(
    make_run: MakeRun, store: Store, tmp_path: Path, unlimited: bytes
) -> None:
    publish(store, DOCUMENTS)
    ledger = ledger_of(tmp_path / "ledger")
    low, high = (Budget(day=Limits(tokens=tokens)) for tokens in (60, 600))
    with pytest.raises(BudgetError):
        generate(make_run(BATCH), ledger, low, "first")
    with pytest.raises(BudgetError):  # the day is spent: not one request more
        generate(make_run(BATCH), ledger, low, "second")
    assert sum(entry.requests for entry in ledger.entries()) == 10
    rest = generate(make_run(BATCH), ledger, high, "third")
    assert len(rest.sent) == 70
    assert Path(store.open("rewritten/shout", BATCH).path).read_bytes() == unlimited


def test_a_spent_budget_does_not_hold_back_what_is_paid_for(
    make_run: MakeRun, store: Store, tmp_path: Path
) -> None:
    publish(store, DOCUMENTS)
    ledger = ledger_of(tmp_path / "ledger")
    generate(make_run(BATCH), ledger, Budget(), "first")
    again = generate(make_run(BATCH), ledger, Budget(day=Limits(tokens=1)), "second")
    assert again.sent == []
