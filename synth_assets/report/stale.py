"""What will be made again, as a table for the terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from synth_assets.stale import Follows

UNKNOWN = "?"


def stale_table(found: Sequence[Follows]) -> Table:
    """A line for each corpus and batch."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("batch", "corpus", "why"):
        table.add_column(name, overflow="fold", no_wrap=name != "why")
    for name in ("requests", "requests <="):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        counts = (_count(one.requests), _count(one.requests_at_most))
        table.add_row(one.batch, one.corpus, "; ".join(one.why), *counts)
    return table


def stale_note(found: Sequence[Follows]) -> str:
    """One sentence under it."""
    known = sum(one.requests or 0 for one in found)
    open_ = sum(one.requests is None for one in found)
    more = f", and those of {open_} corpora whose inputs change first" if open_ else ""
    return f"{len(found)} to be made, with {known:,} requests that no journal answers{more}."


def _count(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"
