"""Translation on a CPU: `generate()` in file order and sorted, our engine, CTranslate2 in int8.

The bundled English-Catalan model translates segments of unseen pages, greedily, in batches of 64
(CTranslate2: 2,048 tokens). chrF is that of sacreBLEU against the human side of the pages.
"""

from collections.abc import Sequence
from functools import partial

from synth_assets.bench.case import RATE, Case, Claim, Done, Watch

IN_ORDER = "generate"
BY_LENGTH = "generate-sorted"


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy."""
    return [
        Case(IN_ORDER, partial(_with_generate, quick, False), "segments"),
        Case(BY_LENGTH, partial(_with_generate, quick, True), "segments"),
        Case(
            "engine",
            partial(_with_engine, quick, False),
            "segments",
            peers=(IN_ORDER, BY_LENGTH),
            claims=(Claim(RATE, against=IN_ORDER, at_least=1.9),),
        ),
        Case(
            "ctranslate2-int8",
            partial(_with_engine, quick, True),
            "segments",
            peers=(IN_ORDER, "engine"),
        ),
    ]


def _with_generate(quick: bool, by_length: bool, watch: Watch) -> Done:
    from synth_assets.bench.translate.work import run_generate

    return run_generate(watch, quick=quick, by_length=by_length)


def _with_engine(quick: bool, in_int8: bool, watch: Watch) -> Done:
    from synth_assets.bench.translate.work import run_engine

    return run_engine(watch, quick=quick, in_int8=in_int8)
