"""What a batch would take, corpus by corpus, and what the budget leaves of it."""

from pathlib import Path

import pytest

from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError, ProfileError
from synth_assets.estimate import BatchEstimate, estimate_batch
from synth_assets.generation.engines import identify
from synth_assets.generation.money.ledger import LedgerMeter, Marks, open_ledger
from synth_assets.generation.money.totals import journal_totals
from synth_assets.generation.protocol import Result
from synth_assets.generation.spec import Budget
from synth_assets.profile import Profile, load_profile
from synth_assets.translation import stage as translation
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish

CORPUS = "translated/cat_Latn"
PAGE = "Open the file menu. Choose a new window. Click save and close the page."
PRICED = """
generation: {{budget: {{run: {{tokens: 1000}}, day: {{tokens: {tokens}, money: 1}}}}}}
translation:
  targets:
    cat_Latn:
      engine:
        device: cpu
        price: {{currency: EUR, per_million_completion_tokens: 1000, per_gpu_hour: 2}}
"""


def priced(tmp_path: Path, tokens: int = 1000) -> Profile:
    path = tmp_path / "priced.yaml"
    path.write_text(PRICED.format(tokens=tokens))
    return load_profile(path)


def ready(profile: Profile) -> Store:
    store = Store(profile.root)
    publish(store, [document(0, PAGE), document(1, PAGE), document(2, "Un text.", "cat_Latn")])
    return store


def worked(profile: Profile, tokens: int, seconds: float) -> None:
    """Let the ledger know the translator from another batch."""
    spec = profile.translation.targets["cat_Latn"].engine
    identity = identify(spec)
    marks = Marks("earlier", CORPUS, "b0", identity.kind, identity.model)
    meter = LedgerMeter(open_ledger(profile), marks, spec, Budget())
    meter.count(Result("0" * 32, "text", "stop", 0, tokens))
    meter.tick(seconds)


def only(made: BatchEstimate):
    (found,) = made.estimates
    return found


def test_every_generated_corpus_is_estimated(profile: Profile) -> None:
    ready(profile)
    made = estimate_batch(profile, BATCH)
    assert [item.corpus for item in made.estimates] == [
        "rewritten/faq",
        "rewritten/tutorial",
        "rewritten/table",
        "rewritten/encyclopedic",
        "rewritten/grammatical_errors",
        CORPUS,
    ]
    translated = made.estimates[-1]
    assert (translated.documents, translated.eligible, translated.requests) == (3, 2, 3)
    assert (translated.exact, translated.hours, translated.cost) == (True, None, None)
    assert made.estimates[0].cost == 0.0
    assert made.allowances == []


def test_it_is_what_the_run_then_takes(tmp_path: Path, make_run: MakeRun) -> None:
    profile = priced(tmp_path)
    store = ready(profile)
    before = only(estimate_batch(profile, BATCH, CORPUS))
    translation.run(make_run(BATCH, profile, store=store), lang="cat_Latn")
    taken = journal_totals(store.files, CORPUS, BATCH)
    assert (before.requests, before.prompt_tokens) == (taken.requests, taken.prompt_tokens)
    after = only(estimate_batch(profile, BATCH, CORPUS))
    assert (after.requests, after.paid, after.cost) == (0, taken.requests, 0.0)
    assert after.ratio == taken.completion_tokens / taken.prompt_tokens
    assert after.ratio_from == "earlier results"


def test_hours_and_cost_follow_from_the_ledger(tmp_path: Path) -> None:
    profile = priced(tmp_path)
    ready(profile)
    worked(profile, tokens=500, seconds=10.0)
    made = only(estimate_batch(profile, BATCH, CORPUS))
    assert made.hours == pytest.approx(made.completion_tokens / 50 / 3600)
    assert made.gpu_hours == 0.0
    assert made.cost == pytest.approx(made.completion_tokens / 1000)
    assert made.currency == "EUR"


def test_the_budget_says_which_part_can_be_made(tmp_path: Path) -> None:
    profile = priced(tmp_path, tokens=520)
    ready(profile)
    worked(profile, tokens=500, seconds=10.0)
    made = estimate_batch(profile, BATCH, CORPUS)
    run, day, money = made.allowances
    needed = only(made).tokens
    assert needed > 20
    assert str(run) == (
        f"generation.budget.run.tokens: 1,000 tokens left of 1,000 tokens; this needs {needed} "
        f"tokens, which is within it"
    )
    assert str(day) == (
        f"generation.budget.day.tokens: 20 tokens left of 520 tokens; this needs {needed} tokens: "
        f"about {20 / needed:.0%} of it can be made"
    )
    assert str(money).startswith("generation.budget.day.money: 0.50 EUR left of 1.00 EUR; this")
    assert made.to_dict()["budget"][1]["share"] == pytest.approx(20 / needed)


def test_a_batch_that_is_not_there_is_one_sentence(profile: Profile) -> None:
    with pytest.raises(CorpusError, match="corpus filtered has no batch 2031-01-01"):
        estimate_batch(profile, "2031-01-01")
    with pytest.raises(ProfileError, match="deduped is no generated corpus of profile default; it"):
        estimate_batch(profile, BATCH, "deduped")


def test_an_input_that_is_still_to_be_generated_is_said(tmp_path: Path) -> None:
    path = tmp_path / "chained.yaml"
    path.write_text("translation: {targets: {cat_Latn: {inputs: [rewritten/faq]}}}")
    profile = load_profile(path)
    ready(profile)
    made = estimate_batch(profile, BATCH)
    assert list(made.unreadable) == [CORPUS]
    assert "materialize rewritten/faq for this batch first" in made.unreadable[CORPUS]
    assert len(made.estimates) == 5
    with pytest.raises(CorpusError, match="corpus rewritten/faq has no batch"):
        estimate_batch(profile, BATCH, CORPUS)
