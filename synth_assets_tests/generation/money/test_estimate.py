"""An estimate counts what is not paid for, takes nothing twice, and touches nothing."""

from pathlib import Path

import pytest

from synth_assets.corpus.store import Store
from synth_assets.errors import CancelledError
from synth_assets.generation.journal.paid import PaidResults
from synth_assets.generation.money.estimate import Estimate, Planned, estimate
from synth_assets.generation.money.prompt_tokens import PromptCounter
from synth_assets.generation.money.totals import Metered, Totals
from synth_assets.generation.protocol import Result
from synth_assets.generation.spec import Price, TransformersSpec
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.engines import ScriptedEngine, broken, upper
from synth_assets_tests.generation.test_stage import DOCUMENTS, IDENTITY, TwoSteps, generate

PRICE = Price(currency="EUR", per_million_prompt_tokens=1e6, per_gpu_hour=7.2)
SPEC = TransformersSpec(kind="transformers", task="causal", model="a/b", device="cpu", price=PRICE)
BY_FIVES = PromptCounter(lambda requests: [5 for _ in requests], "fives", exact=True)
SPEED = Metered(requests=1, completion_tokens=1000, seconds=10.0, gpu_seconds=20.0)


def ask(
    store: Store,
    batch: str = BATCH,
    history: Totals | None = None,
    speed: Metered | None = None,
    spec: TransformersSpec = SPEC,
    calls: int | None = None,
) -> Estimate:
    planned = Planned(
        spec,
        IDENTITY,
        [store.open("filtered", batch)],
        TwoSteps(),
        calls_at_most=None if calls is None else lambda _: calls,
    )
    paid = PaidResults(store.files, "rewritten/shout", batch)
    return estimate(planned, paid, BY_FIVES, history or Totals(), speed or Metered())


def test_before_anything_ran_it_counts_the_first_step_of_distinct_requests(store: Store) -> None:
    publish(store, DOCUMENTS)
    made = ask(store)
    assert (made.documents, made.eligible) == (5, 4)
    assert (made.paid, made.requests) == (0, 3)
    assert (made.prompt_tokens, made.completion_tokens) == (15, 15)
    assert (made.ratio, made.ratio_from) == (1.0, "assumed")
    assert (made.hours, made.cost) == (None, None)


def test_all_steps_are_counted_as_many_as_a_document_may_take(
    store: Store, make_run: MakeRun
) -> None:
    publish(store, DOCUMENTS)
    first = ask(store)
    assert (first.requests_at_most, first.tokens_at_most) == (first.requests, first.tokens)
    whole = ask(store, calls=2, history=Totals(9, 100, 400), speed=SPEED)
    # four documents, two of which ask the same
    assert (whole.requests, whole.requests_at_most) == (3, 3 + 4)
    assert (whole.tokens, whole.tokens_at_most) == (3 * 25, 7 * 25)
    assert whole.cost_at_most == pytest.approx(35 + 7.2 * 7 * 20 / 100 * 2 / 3600)
    generate(make_run(BATCH), ScriptedEngine(upper))
    after = ask(store, calls=2)
    assert after.paid <= whole.requests_at_most
    assert (after.requests_at_most, after.tokens_at_most) == (0, 0)


def test_history_gives_completion_tokens_and_the_ledger_hours_and_cost(store: Store) -> None:
    publish(store, DOCUMENTS)
    made = ask(store, history=Totals(9, 100, 4000), speed=SPEED)
    assert (made.ratio, made.ratio_from) == (40.0, "earlier results")
    assert made.completion_tokens == 600
    assert made.hours == pytest.approx(6 / 3600)
    assert made.gpu_hours == pytest.approx(12 / 3600)
    assert made.cost == pytest.approx(15 + 7.2 * 12 / 3600)
    assert made.currency == "EUR"
    bounded = ask(store, history=Totals(9, 1, 4000))
    assert bounded.completion_tokens == 3 * 512


def test_after_the_run_nothing_is_left_to_pay(store: Store, make_run: MakeRun) -> None:
    publish(store, DOCUMENTS)
    generate(make_run(BATCH), ScriptedEngine(upper))
    made = ask(store)
    assert (made.requests, made.paid, made.prompt_tokens) == (0, 6, 0)
    assert (made.hours, made.gpu_hours, made.cost) == (0.0, 0.0, 0.0)
    publish(store, [*DOCUMENTS, document(9, "three figs")], batch="later")
    later = ask(store, "later")
    assert (later.requests, later.paid) == (1, 6)


def test_a_stopped_run_s_live_journal_counts_and_is_left_alone(
    store: Store, make_run: MakeRun
) -> None:
    publish(store, [document(number, f"number {number} e") for number in range(40)])
    engine = ScriptedEngine(upper)
    with pytest.raises(CancelledError):
        generate(make_run(BATCH, cancelled=lambda: len(engine.sent) >= 15), engine)
    live = Path(store.files.path(f"journal/rewritten/shout/{BATCH}.jsonl"))
    done = live.read_bytes().count(b"\n")
    live.write_bytes(live.read_bytes() + b'{"torn')
    before = live.read_bytes()
    made = ask(store)
    assert made.paid == done >= 15
    # those that are done ask for their second step, the others for their first
    assert made.requests == 40
    assert live.read_bytes() == before


def test_lasting_failures_are_paid_and_settled(store: Store, make_run: MakeRun) -> None:
    publish(store, DOCUMENTS)
    generate(make_run(BATCH), ScriptedEngine(broken))
    made = ask(store)
    assert (made.requests, made.paid) == (0, 3)


def test_failures_that_pass_are_still_to_be_paid(store: Store, make_run: MakeRun) -> None:
    publish(store, DOCUMENTS[:1])

    def down(request):
        return Result(request.key, None, "error", error_kind="transport", error="reset")

    profile = make_run().profile
    once = profile.generation.model_copy(update={"attempts": 1})
    generate(
        make_run(BATCH, profile=profile.model_copy(update={"generation": once})),
        ScriptedEngine(down),
    )
    assert ask(store).requests == 1


def test_a_model_without_a_price_has_no_cost(store: Store) -> None:
    publish(store, DOCUMENTS)
    unpriced = SPEC.model_copy(update={"price": None})
    assert ask(store, speed=SPEED, spec=unpriced).cost is None
    per_token = SPEC.model_copy(update={"price": PRICE.model_copy(update={"per_gpu_hour": 0.0})})
    assert ask(store, spec=per_token).cost == 15.0
