"""Budgets and costs as the UI shows them: a failed step with one sentence, numbers that plot."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from synth_assets.corpus.store import Store
from synth_assets.defs.metadata import account
from synth_assets.generation.money.accounting import accounts
from synth_assets.generation.money.ledger import LedgerMeter, Marks, open_ledger
from synth_assets.generation.protocol import Result
from synth_assets.generation.spec import Budget
from synth_assets.ingest.plan import plan_batches
from synth_assets.profile import Profile, load_profile
from synth_assets_tests.defs.test_guards import BATCH, TEXT, instance, reason, run
from synth_assets_tests.generation.money.test_accounting import CORPUS, judged

__all__ = ["instance"]

PROFILE = """
generation: {{budget: {{day: {{tokens: {tokens}}}}}}}
rewriting:
  recipes: {{faq: null, tutorial: null, table: null, encyclopedic: null, grammatical_errors: null}}
translation: {{targets: {{cat_Latn: {{engine: {{device: cpu, price: {price}}}}}}}}}
"""
PRICE = "{currency: EUR, per_million_completion_tokens: 100}"
TRANSLATED = "translated/cat_Latn"


def limited(tmp_path: Path, tokens: int) -> Profile:
    path = tmp_path / "limited.yaml"
    path.write_text(PROFILE.format(tokens=tokens, price=PRICE))
    return load_profile(path)


@pytest.fixture
def planned(tmp_path: Path) -> Store:
    profile = limited(tmp_path, 10)
    data = tmp_path / "data"
    data.mkdir()
    (data / "pages.jsonl").write_text(f'{{"text": "{TEXT}", "url": "https://example.org/1"}}\n')
    store = Store(profile.root)
    plan_batches(store, [data], profile, date(2026, 1, 1))
    return store


def spend(profile: Profile, tokens: int) -> None:
    """What another run has spent today."""
    spec = profile.translation.targets["cat_Latn"].engine
    marks = Marks("other", "translated/spa_Latn", BATCH, "transformers", "m")
    meter = LedgerMeter(open_ledger(profile), marks, spec, Budget())
    meter.count(Result("0" * 32, "text", "stop", 0, tokens))
    meter.tick(1.0)


def metadata_of(result, corpus: str) -> dict:
    key = dg.AssetKey(corpus.split("/"))
    (event,) = [
        event.step_materialization_data.materialization
        for event in result.all_events
        if event.is_step_materialization
        and event.step_materialization_data.materialization.asset_key == key
    ]
    return {name: value.value for name, value in event.metadata.items()}


def test_a_spent_budget_fails_the_step_once_and_a_raised_one_goes_on(
    tmp_path: Path, planned: Store, instance: dg.DagsterInstance
) -> None:
    low, high = limited(tmp_path, 10), limited(tmp_path, 100_000)
    spend(low, 12)
    first = run(low, instance, "raw_web", "filtered", TRANSLATED)
    assert not first.success
    assert reason(first).startswith(
        "the budget generation.budget.day.tokens of 10 tokens is spent: 12 tokens by all runs of "
    )
    assert reason(first).endswith(
        "what is finished is kept, and a run tomorrow, or one with a higher limit, goes on"
    )
    assert not [event for event in first.all_events if event.is_step_up_for_retry]
    assert not planned.has(TRANSLATED, BATCH)

    second = run(high, instance, TRANSLATED)
    assert second.success
    shown = metadata_of(second, TRANSLATED)
    (taken,) = accounts(planned, open_ledger(high), TRANSLATED, BATCH).to_dicts()
    assert shown["requests_sent"] == taken["requests"] > 0
    assert shown["completion_tokens"] == taken["completion_tokens"] > 0
    assert shown["cost"] == pytest.approx(taken["completion_tokens"] / 10_000, abs=1e-6)
    assert shown["currency"] == "EUR"
    assert shown["cost_per_million_kept_tokens"] > 0
    assert shown["tokens_per_second"] > 0
    assert shown["gpu_seconds"] == 0.0
    assert {entry.run for entry in open_ledger(high).entries()} == {"other", second.run_id}


def test_rates_of_gates_are_numbers_and_a_table(profile: Profile) -> None:
    store = Store(profile.root)
    judged(store)
    shown = account(store, open_ledger(profile), CORPUS, BATCH)
    assert shown["accept/length_ratio"] == 0.6
    assert shown["accept/refusal"] == 0.8
    assert shown["acceptance_rate"] == pytest.approx(1 / 6, abs=1e-6)
    table = shown["gates"]
    assert isinstance(table, dg.MarkdownMetadataValue)
    assert "| length_ratio | 5 | 2 | 0.6 |" in str(table.value)
    assert "cost" not in shown  # nothing was metered
    assert account(store, open_ledger(profile), "filtered", BATCH) == {}
