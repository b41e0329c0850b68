"""Runs the cases of a benchmark in turn and makes of their samples medians, ratios and verdicts.

Cases take turns within a round, and every round begins with another case: a machine that grows
slower or busier hits them alike, and ratios are taken within a round.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from synth_assets.bench.case import RATE, Case, Claim, Sample
from synth_assets.bench.catalogue import load_cases
from synth_assets.bench.machine import facts
from synth_assets.bench.process import measure
from synth_assets.errors import SynthAssetsError

Measure = Callable[[Case], Sample]


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of a figure's samples, and how far they lie apart."""

    median: float
    low: float
    high: float
    samples: tuple[float, ...]

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        return cls(median(samples), min(samples), max(samples), tuple(samples))


@dataclass(frozen=True, slots=True)
class Ratio:
    """A case's rate over its peer's, pair by pair. `identical` is the share of equal outputs in
    all pairs, None where there are none to compare."""

    peer: str
    rate: Spread
    identical: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim and what was measured."""

    claim: Claim
    measured: float
    holds: bool


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All repeats of one case."""

    name: str
    unit: str
    figures: dict[str, Spread]
    ratios: list[Ratio]
    verdicts: list[Verdict]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole benchmark. `verdicts` are empty for quick sizes, which judge nothing."""

    benchmark: str
    quick: bool
    repeats: int
    threads: int
    machine: dict[str, object]
    cases: list[CaseReport]


def run_benchmark(
    benchmark: str,
    *,
    repeats: int,
    threads: int,
    quick: bool = False,
    only: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Measure the cases, or those whose names begin with one of `only`, each repeat in a fresh
    process with at most `threads` computing threads."""
    every = load_cases(benchmark, quick=quick)
    chosen = [case for case in every if not only or case.name.startswith(tuple(only))]
    if not chosen:
        names = ", ".join(case.name for case in every)
        raise SynthAssetsError(f"no case begins with {' or '.join(only)}; there are {names}")

    def fresh(case: Case) -> Sample:
        say(f"{benchmark} {case.name}")
        return measure(benchmark, case.name, quick=quick, threads=threads)

    rounds = list(take_turns(chosen, repeats, fresh))
    reports = summarise(chosen, rounds, judge=not quick)
    return Report(benchmark, quick, repeats, threads, facts(), reports)


def take_turns(
    cases: Sequence[Case], repeats: int, measure_one: Measure
) -> Iterator[dict[str, Sample]]:
    """The samples of each round by case."""
    for number in range(repeats):
        start = number % len(cases)
        turn = [*cases[start:], *cases[:start]]
        yield {
            case.name: measure_one(case)
            for case in turn
            if case.rounds is None or number < case.rounds
        }


def summarise(
    cases: Sequence[Case], rounds: Sequence[dict[str, Sample]], *, judge: bool
) -> list[CaseReport]:
    """Medians, ratios to the peers that were measured too, and verdicts."""
    return [_report(case, rounds, judge) for case in cases]


def _report(case: Case, rounds: Sequence[dict[str, Sample]], judge: bool) -> CaseReport:
    samples = [one[case.name].values() for one in rounds if case.name in one]
    figures = {name: Spread.of([each[name] for each in samples]) for name in samples[0]}
    ratios = [_ratio(case.name, peer, rounds) for peer in case.peers if _met(peer, rounds)]
    claims = [claim for claim in case.claims if not claim.against or _met(claim.against, rounds)]
    verdicts = [_judge(case.name, claim, rounds, figures) for claim in claims] if judge else []
    return CaseReport(case.name, case.unit, figures, ratios, verdicts)


def _met(peer: str, rounds: Sequence[dict[str, Sample]]) -> bool:
    return peer in rounds[0]


def _ratio(name: str, peer: str, rounds: Sequence[dict[str, Sample]]) -> Ratio:
    pairs = [(one[name], one[peer]) for one in rounds if name in one and peer in one]
    rates = _quotients(name, peer, RATE, rounds)
    outputs = [
        (mine, theirs)
        for own, other in pairs
        if own.outputs and other.outputs
        for mine, theirs in zip(own.outputs, other.outputs, strict=True)
    ]
    same = sum(mine == theirs for mine, theirs in outputs)
    return Ratio(peer, Spread.of(rates), same / len(outputs) if outputs else None)


def _judge(
    name: str, claim: Claim, rounds: Sequence[dict[str, Sample]], figures: dict[str, Spread]
) -> Verdict:
    if claim.against is None:
        measured = figures[claim.figure].median
    else:
        measured = median(_quotients(name, claim.against, claim.figure, rounds))
    return Verdict(claim, measured, claim.holds(measured))


def _quotients(
    name: str, peer: str, figure: str, rounds: Sequence[dict[str, Sample]]
) -> list[float]:
    return [
        one[name].values()[figure] / one[peer].values()[figure]
        for one in rounds
        if name in one and peer in one
    ]
