"""Every case of `bench generate` in its quick size, in this process; claims are judged at full size
only (RESULTS.md)."""

import pytest

from synth_assets.bench.catalogue import load_cases
from synth_assets.bench.generate.workload import (
    ANSWERS,
    PROMPTS,
    mixed_asks,
    steady_asks,
    total_wanted,
)
from synth_assets.bench.process import run_case

QUICK = [case.name for case in load_cases("generate", quick=True)]


def test_quick_and_full_have_the_same_cases_and_claims() -> None:
    full = load_cases("generate", quick=False)
    assert [case.name for case in full] == QUICK
    held = {
        (case.name, claim.figure, claim.against): (claim.at_least, claim.at_most)
        for case in full
        for claim in case.claims
    }
    assert held == {
        ("causal/engine", "per_cpu_s", "causal/generate"): (1.8, None),
        ("seq2seq/engine", "per_cpu_s", "seq2seq/generate"): (1.9, None),
        ("causal/runner", "over_bare", None): (None, 1.03),
        ("causal/runner", "over_engine", None): (None, 1.03),
        ("null/rate", "per_cpu_s", None): (5_000, None),
        ("null/memory", "bytes_per_request", None): (None, 64),
    }


@pytest.mark.parametrize("task", ["causal", "seq2seq"])
def test_the_engine_writes_what_generate_writes(task: str) -> None:
    names = [f"{task}/engine", f"{task}/generate", f"{task}/generate-sorted"]
    ours, in_order, by_length = (run_case("generate", name, quick=True) for name in names)
    assert ours.outputs == in_order.outputs == by_length.outputs
    assert len(set(ours.outputs)) > 6  # of 12: an answer depends on its prompt
    assert ours.amount == in_order.amount
    assert ours.cpu_s > 0


def test_the_runner_is_measured_beside_the_bare_engine() -> None:
    """Sizes this small say nothing about the cost, only that both were measured; other texts than
    the engine's would be an error."""
    sample = run_case("generate", "causal/runner", quick=True)
    assert sample.amount == run_case("generate", "causal/engine", quick=True).amount
    assert 0.1 < sample.figures["over_bare"] < 20
    assert 1 < sample.figures["over_engine"] < 5


@pytest.mark.parametrize("name", [name for name in QUICK if name.startswith("null/")])
def test_the_null_engine_takes_seconds(name: str) -> None:
    sample = run_case("generate", name, quick=True)
    assert sample.amount >= 2_000
    assert sample.cpu_s < 10


def test_lengths_are_spread_over_the_whole_range() -> None:
    asks = mixed_asks(400, vocabulary=100)
    assert asks == mixed_asks(400, vocabulary=100)
    for lengths, drawn in [
        (PROMPTS, [ask.prompt_tokens for ask in asks]),
        (ANSWERS, [ask.wanted for ask in asks]),
    ]:
        assert lengths.low <= min(drawn) < lengths.low * 1.2
        assert lengths.high / 1.2 < max(drawn) <= lengths.high
    assert all(len(ask.prompt.split()) == ask.prompt_tokens for ask in asks)


def test_steady_lengths_have_the_mean_that_was_asked_for() -> None:
    asks = steady_asks(500, vocabulary=100, prompt_tokens=700, answer_tokens=360)
    assert sum(ask.prompt_tokens for ask in asks) / len(asks) == pytest.approx(700, rel=0.02)
    assert total_wanted(asks) / len(asks) == pytest.approx(360, rel=0.02)
