"""The benchmarks by name: each is a module with `cases(quick)`."""

from collections.abc import Sequence
from importlib import import_module

from synth_assets.bench.case import Case
from synth_assets.errors import SynthAssetsError

BENCHMARKS = {
    "checks": "synth_assets.bench.checks",
    "decontaminate": "synth_assets.bench.decontaminate",
    "pii": "synth_assets.bench.pii",
    "generate": "synth_assets.bench.generate",
    "dedup": "synth_assets.bench.dedup",
    "filter": "synth_assets.bench.filter",
    "extract": "synth_assets.bench.extract",
    "language": "synth_assets.bench.language",
    "pack": "synth_assets.bench.pack",
    "read": "synth_assets.bench.read",
    "reference_lm": "synth_assets.bench.reference_lm",
}


def load_cases(benchmark: str, *, quick: bool) -> Sequence[Case]:
    """The cases of a benchmark; `quick` ones take seconds and judge nothing."""
    if benchmark not in BENCHMARKS:
        raise SynthAssetsError(f"no benchmark {benchmark}; there are {', '.join(BENCHMARKS)}")
    found: Sequence[Case] = import_module(BENCHMARKS[benchmark]).cases(quick=quick)
    return found
