"""Turns, medians, ratios and verdicts, without a process: samples are made by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.bench.case import RATE, Case, Claim, Done, Sample, Watch
from synth_assets.bench.frame import Spread, run_benchmark, summarise, take_turns
from synth_assets.errors import SynthAssetsError


def case(name: str, **settings: object) -> Case:
    return Case(name, lambda _: Done(1), "things", **settings)  # type: ignore[arg-type]


def sample(name: str, cpu_s: float, **settings: object) -> Sample:
    fixed = {"wall_s": 1.0, "peak_mb": 10.0, "amount": 12.0, "figures": {}, "outputs": []}
    return Sample(case=name, cpu_s=cpu_s, **(fixed | settings))  # type: ignore[arg-type]


def test_cases_take_turns_and_every_round_begins_with_another() -> None:
    order: list[str] = []

    def measure(one: Case) -> Sample:
        order.append(one.name)
        return sample(one.name, 1)

    rounds = list(take_turns([case("a"), case("b"), case("c", rounds=1)], 3, measure))
    assert order == ["a", "b", "c", "b", "a", "a", "b"]
    assert [sorted(one) for one in rounds] == [["a", "b", "c"], ["a", "b"], ["a", "b"]]


def test_a_ratio_is_taken_within_a_round_before_the_median() -> None:
    """The machine gets three times slower: the ratio of all samples' medians would say 1.0."""
    ours = case("ours", peers=("theirs",), claims=(Claim(RATE, against="theirs", at_least=1.9),))
    slow = [(1, 2), (2, 4), (3, 6)]
    rounds = [{"ours": sample("ours", a), "theirs": sample("theirs", b)} for a, b in slow]
    report, _ = summarise([ours, case("theirs")], rounds, judge=True)
    assert report.ratios[0].rate == Spread(2.0, 2.0, 2.0, (2.0, 2.0, 2.0))
    assert report.figures[RATE] == Spread(6.0, 4.0, 12.0, (12.0, 6.0, 4.0))
    assert [(verdict.measured, verdict.holds) for verdict in report.verdicts] == [(2.0, True)]


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        (Claim("cpu_s", at_most=2), True),
        (Claim("cpu_s", at_most=1.9), False),
        (Claim("cpu_s", at_least=2.1), False),
        (Claim("own", at_least=5, at_most=7), True),
        (Claim("cpu_s", against="theirs", at_most=0.4), False),
    ],
)
def test_claims_are_judged(claim: Claim, holds: bool) -> None:
    cases = [case("ours", claims=(claim,)), case("theirs")]
    rounds = [{"ours": sample("ours", 2, figures={"own": 6}), "theirs": sample("theirs", 4)}]
    assert [verdict.holds for verdict in summarise(cases, rounds, judge=True)[0].verdicts] == [
        holds
    ]
    assert summarise(cases, rounds, judge=False)[0].verdicts == []


def test_a_peer_that_was_not_measured_is_left_out() -> None:
    ours = case("ours", peers=("theirs",), claims=(Claim(RATE, against="theirs", at_least=1),))
    (report,) = summarise([ours], [{"ours": sample("ours", 1)}], judge=True)
    assert (report.ratios, report.verdicts) == ([], [])


def test_equal_outputs_are_counted_over_all_rounds() -> None:
    rounds = [
        {"ours": sample("ours", 1, outputs=["a", mine]), "theirs": sample("theirs", 1, outputs=b)}
        for mine, b in [("b", ["a", "b"]), ("x", ["a", "b"])]
    ]
    report, _ = summarise([case("ours", peers=("theirs",)), case("theirs")], rounds, judge=True)
    assert report.ratios[0].identical == 0.75


@given(st.lists(st.floats(min_value=0, max_value=1e9), min_size=1))
def test_the_median_lies_between_the_lowest_and_the_highest(samples: list[float]) -> None:
    spread = Spread.of(samples)
    assert spread.low <= spread.median <= spread.high
    assert spread.samples == tuple(samples)


def test_unknown_names_are_said_with_those_that_there_are() -> None:
    with pytest.raises(SynthAssetsError, match="no benchmark bake; there are .*generate"):
        run_benchmark("bake", repeats=1, threads=1)
    with pytest.raises(SynthAssetsError, match=r"no case begins with x; there are causal/engine"):
        run_benchmark("generate", repeats=1, threads=1, only=["x"])


def test_a_watch_counts_cpu_time_only_while_it_runs() -> None:
    watch = Watch()
    sum(range(300_000))
    with watch:
        total = sum(number * number for number in range(1_000_000))
    assert total
    assert 0 < watch.cpu_s < 20
    once = watch.cpu_s
    sum(range(300_000))
    assert watch.cpu_s == once
    with watch:
        sum(number * number for number in range(300_000))
    assert watch.cpu_s > once
