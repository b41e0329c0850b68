"""Reading web archives: ours against fastwarc and warcio, and what raw_web costs in memory.

`records/*` go through the same WARC file, real pages of the folder of real data, one gzip member a
record, and give of each page its address, date, media type, charset and bytes with all encodings
undone; ours frames every record itself, so that damage costs one record. `batch/*` run all of
raw_web on a batch of that size, made of the same pages again and again. `processes` gives a
batch to one process, then to two.
"""

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

from synth_assets.bench.case import RATE, Case, Claim, Done, Watch

PEERS = {"fastwarc": 1.0, "warcio": 2.4}
"""What our rate is held to, in that of each."""

SIZES = {"batch/200MB": 200 << 20, "batch/2GB": 2 << 30}
QUICK_BYTES = 1 << 20
MAX_MB = 2048.0


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy. Peers that are not installed are left out."""
    peers = [name for name in PEERS if find_spec(name)]
    claims = tuple(Claim(RATE, f"records/{name}", at_least=PEERS[name]) for name in peers)
    named = tuple(f"records/{name}" for name in peers)
    return [
        Case("records/ours", partial(_records, "ours", quick), "pages", named, claims),
        *(Case(f"records/{name}", partial(_records, name, quick), "pages") for name in peers),
        *(
            Case(
                name,
                partial(_batch, QUICK_BYTES if quick else size),
                "pages",
                claims=(Claim("peak_mb", at_most=MAX_MB),),
                rounds=1,
            )
            for name, size in SIZES.items()
        ),
        Case(
            "processes",
            partial(_processes, quick),
            "pages",
            claims=(Claim("speedup", at_least=1.7),),
            rounds=2,
            children=True,
        ),
    ]


def _records(who: str, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.read import work

    return work.records(who, quick, watch)


def _batch(size: int, watch: Watch) -> Done:
    from synth_assets.bench.read import work

    return work.batch(size, watch)


def _processes(quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.read import work

    return work.processes(quick, watch)
