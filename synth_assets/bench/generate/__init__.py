"""Generation: our engines against `generate()`, the runner against the bare engine, and how many
completions runner and journal take in.

Peers are transformers' own `generate()`, greedy, with the same batch size and the same weights.
Each of its batches runs until its longest answer is there; tokens beyond the wanted ones of a row
are work that nobody asked for and count for nothing, on either side. "In file order" takes prompts
as they come, "sorted" by prompt length, the longest first, as a careful user would.
"""

from collections.abc import Sequence
from functools import partial

from synth_assets.bench.case import RATE, Case, Claim, Done, Watch

MAX_RUNNER_COST = 1.03
"""CPU time of runner, journal and engine over that of the engine alone."""


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy."""
    return [
        *_engine_cases("causal", quick, at_least=1.8),
        *_engine_cases("seq2seq", quick, at_least=1.9),
        Case(
            "causal/runner",
            partial(_with_runner, quick),
            "tokens",
            claims=(
                Claim("over_bare", at_most=MAX_RUNNER_COST),
                Claim("over_engine", at_most=MAX_RUNNER_COST),
            ),
        ),
        Case(
            "null/rate",
            partial(_null_rate, quick),
            "completions",
            claims=(Claim(RATE, at_least=5_000),),
        ),
        Case(
            "null/memory",
            partial(_null_memory, quick),
            "completions",
            claims=(Claim("bytes_per_request", at_most=64),),
            rounds=1,
        ),
    ]


def _engine_cases(task: str, quick: bool, *, at_least: float) -> list[Case]:
    in_order, by_length = f"{task}/generate", f"{task}/generate-sorted"
    claim = Claim(RATE, against=in_order, at_least=at_least)
    engine = Case(
        f"{task}/engine",
        partial(_with_engine, task, quick),
        "tokens",
        peers=(in_order, by_length),
        claims=(claim,),
    )
    return [
        engine,
        Case(in_order, partial(_with_generate, task, quick, False), "tokens"),
        Case(by_length, partial(_with_generate, task, quick, True), "tokens"),
    ]


def _with_engine(task: str, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.generate.engines import run_engine

    return run_engine(task, watch, quick=quick)


def _with_generate(task: str, quick: bool, by_length: bool, watch: Watch) -> Done:
    from synth_assets.bench.generate.peers import run_generate

    return run_generate(task, watch, quick=quick, by_length=by_length)


def _with_runner(quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.generate.overhead import run_runner

    return run_runner(watch, quick=quick)


def _null_rate(quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.generate.null import run_rate

    return run_rate(watch, count=2_000 if quick else 50_000)


def _null_memory(quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.generate.null import run_memory

    return run_memory(watch, count=3_000 if quick else 1_000_000)
