"""The benchmarks by name: each is a module with `cases(quick)`."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from synth_assets.bench.case import Case
from synth_assets.errors import SynthAssetsError

IN_DATA = "The texts lie in the folder that SYNTH_ASSETS_DATA names."


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What it measures, for people, and how it is run unless told otherwise."""

    about: str
    repeats: int = 3
    threads: int = 1


BENCHMARKS = {
    "generate": Benchmark("Engines against `generate()`; runner and journal over the engine."),
    "read": Benchmark(
        "Reading web archives against fastwarc and warcio; memory of raw_web on a batch of 2 GB "
        "(some minutes: `--only records` leaves it out); two processes against one.",
        repeats=5,
    ),
    "extract": Benchmark(
        "Main text of web pages against its peers: words of gold texts found, pages per CPU "
        f"second. {IN_DATA}",
        repeats=5,
    ),
    "language": Benchmark(
        "Language identification against its peers: accuracy by language, texts per CPU second. "
        f"{IN_DATA}"
    ),
    "filter": Benchmark(
        "Quality rules against datatrove's: documents per CPU second, and whether decisions "
        f"agree. {IN_DATA}"
    ),
    "decontaminate": Benchmark(
        "Evaluation items in documents against datatrove's n-grams: what is found, documents per "
        f"CPU second. {IN_DATA}"
    ),
    "pii": Benchmark(
        f"Personal data masked against datatrove's formatter: documents per CPU second. {IN_DATA}"
    ),
    "gates": Benchmark(
        "The gates of translation on human translations, as they are and with planted faults: "
        f"what is dropped and what is caught, by language pair. {IN_DATA}",
        repeats=1,
    ),
    "reference-lm": Benchmark(
        f"The reference n-gram model: documents per CPU second, learned from and scored. {IN_DATA}"
    ),
    "train-translator": Benchmark(
        "Small translation models: with and without the cross-lingual start, with and without "
        f"back-translation (some minutes each). {IN_DATA}",
        repeats=1,
    ),
    "dedup": Benchmark(
        "Near-duplicate removal against its peers, files to files; growth; a night on top of much."
    ),
    "pack": Benchmark(
        "Packing against TRL's best fit: planning, rows, memory; tokenizing against "
        f"`tokenizers`. {IN_DATA}"
    ),
    "translate": Benchmark(
        "The bundled translator: our engine and CTranslate2 in int8 against `generate()`: segments "
        f"per CPU second, chrF. {IN_DATA}"
    ),
    "load": Benchmark(
        "Loading the definitions against an empty Dagster project, in CPU seconds.", repeats=7
    ),
    "checks": Benchmark(
        "All checks of every corpus of a generated batch: seconds and memory at 200,000 and at a "
        "million documents.",
        repeats=1,
        threads=2,
    ),
    "explore": Benchmark(
        "The document explorer on a million generated documents in four batches: its index, and "
        "milliseconds of every view on the server.",
        repeats=1,
        threads=2,
    ),
}


def load_cases(benchmark: str, *, quick: bool) -> Sequence[Case]:
    """The cases of a benchmark; `quick` ones take seconds and judge nothing."""
    if benchmark not in BENCHMARKS:
        raise SynthAssetsError(f"no benchmark {benchmark}; there are {', '.join(BENCHMARKS)}")
    module = f"synth_assets.bench.{benchmark.replace('-', '_')}"
    found: Sequence[Case] = import_module(module).cases(quick=quick)
    return found
