"""Near-duplicate removal, files to files: ours against what others use, and how it grows.

Every case reads the same Parquet file and writes the kept and the dropped documents. Peers get the
same words, 5-grams and 112 permutations in 14 bands of 8; they do not verify, and of a dropped
document they say nothing but that it was dropped. The texts are 50,000 pages with known duplicates
of the folder of real data; quick runs take the first thousand.

text-dedup's pins do not go with ours. Where SYNTH_ASSETS_PEER_PYTHON names the interpreter of an
environment that has it (`python -m venv E && E/bin/pip install text-dedup`), it is run there; its
CPU time has the start of that interpreter in it.
"""

import os
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

from synth_assets.bench.case import Case, Claim, Done, Watch

FASTER = {"datasketch": 10.0, "rensa": 3.0, "text-dedup": 20.0}
"""Peers, and by how much less CPU time ours is held to."""

PEER_PYTHON = "SYNTH_ASSETS_PEER_PYTHON"

PARTS = (1, 2, 4, 8)
"""Multiples of the 50,000 documents."""


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy. Peers that are not installed are left out."""
    peers = [name for name in FASTER if _is_there(name)]
    claims = [
        Claim("found_90", at_least=1.0),
        Claim("found_80", at_least=0.985),
        Claim("precision", at_least=0.999),
        *(Claim("cpu_s", f"files/{name}", at_most=1 / FASTER[name]) for name in peers),
        Claim("peak_mb", "files/rensa", at_most=0.5),
    ]
    named = tuple(f"files/{name}" for name in peers)
    return [
        Case("files/ours", partial(_files, "ours", quick), "documents", named, tuple(claims)),
        *(
            Case(
                f"files/{name}", partial(_files, name, quick), "documents", rounds=3, children=True
            )
            for name in peers
        ),
        *(_growth(part, quick) for part in PARTS),
        Case(
            "growth/night",
            partial(_night, quick),
            "documents",
            claims=(Claim("of_whole", at_most=0.08),),
            rounds=2,
        ),
    ]


def _is_there(peer: str) -> bool:
    return PEER_PYTHON in os.environ if peer == "text-dedup" else find_spec(peer) is not None


def _growth(part: int, quick: bool) -> Case:
    linear = Claim("cpu_s", "growth/1", at_most=1.15 * part)
    claims = (linear,) if part > 1 else ()
    return Case(f"growth/{part}", partial(_grown, part, quick), "documents", (), claims, rounds=2)


def _files(who: str, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.dedup import work

    return work.files(who, quick, watch)


def _grown(part: int, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.dedup import work

    return work.grown(part, quick, watch)


def _night(quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.dedup import work

    return work.night(quick, watch)
