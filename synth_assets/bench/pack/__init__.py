"""Packing against TRL's best fit, and tokenizing against `tokenizers`.

`plan/*` decides which piece of which of a million documents lies in which sequence; of TRL only
that part of its function is timed. `rows/*` is plan and gather: from documents as tokens in memory
to packed rows; ours carry spans, boundaries and ids, TRL's the lengths of their parts. Lengths are
log-normal, as of web pages. `tokens/*` turns texts into ids; texts are the documents of the folder
of real data.
"""

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

from synth_assets.bench.case import Case, Claim, Done, Watch

LENGTHS = (2048, 8192)
TIMES_TRL = 1 / 60
TIMES_TRL_ROWS = 1 / 8
PLAN_MB = 1024


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy. TRL is left out where it is not installed."""
    trl = bool(find_spec("trl"))
    return [
        *(case for length in LENGTHS for case in _plans(length, trl, quick)),
        Case(
            "plan/10M",
            partial(_plan, "ours", 2048, 10, quick),
            "documents",
            claims=(Claim("peak_mb", at_most=PLAN_MB),),
            rounds=1,
        ),
        *_rows(trl, quick),
        Case("tokens/tokenizers", partial(_tokens, "tokenizers", quick), "tokens"),
        *(
            Case(
                f"tokens/{who}",
                partial(_tokens, who, quick),
                "tokens",
                ("tokens/tokenizers",),
                (Claim("per_cpu_s", "tokens/tokenizers", at_least=least),),
            )
            for who, least in (("ours", 2.0), ("fallback", 0.95))
        ),
    ]


def _plans(length: int, trl: bool, quick: bool) -> list[Case]:
    name = f"plan/trl-{length}"
    claims = [Claim("utilisation", at_least=0.999)]
    if trl:
        claims.append(Claim("cpu_s", name, at_most=TIMES_TRL))
    peers = (name,) if trl else ()
    run = partial(_plan, "ours", length, 1, quick)
    ours = Case(f"plan/ours-{length}", run, "documents", peers, tuple(claims))
    theirs = Case(name, partial(_plan, "trl", length, 1, quick), "documents")
    return [ours, theirs] if trl else [ours]


def _rows(trl: bool, quick: bool) -> list[Case]:
    peers = ("rows/trl",) if trl else ()
    claims = (Claim("cpu_s", "rows/trl", at_most=TIMES_TRL_ROWS),) if trl else ()
    ours = Case("rows/ours", partial(_packed, "ours", quick), "tokens", peers, claims)
    theirs = Case("rows/trl", partial(_packed, "trl", quick), "tokens")
    return [ours, theirs] if trl else [ours]


def _plan(who: str, length: int, millions: int, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.pack import work

    return work.planned(who, length, millions, quick, watch)


def _packed(who: str, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.pack import work

    return work.packed(who, quick, watch)


def _tokens(who: str, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.pack import work

    return work.tokens(who, quick, watch)
