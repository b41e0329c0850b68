"""The funnel of one batch: documents and tokens in, kept, dropped by reason, per corpus."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from synth_assets.corpus.footer import Counts, Tally
from synth_assets.corpus.store import Store

MIN_WIDTH = 108


@dataclass(frozen=True)
class FunnelRow:
    """One corpus of a batch."""

    corpus: str
    counts: Counts

    @property
    def reasons(self) -> list[tuple[str, Tally]]:
        """Drop reasons, the largest first."""
        return sorted(self.counts.dropped.items(), key=lambda item: (-item[1].documents, item[0]))


def funnel(store: Store, corpora: Iterable[str], batch: str) -> list[FunnelRow]:
    """Rows of the corpora that have this batch, from their footers alone."""
    return [
        FunnelRow(name, store.open(name, batch, lawful=False).footer.counts)
        for name in corpora
        if store.has(name, batch)
    ]


def as_table(rows: Iterable[FunnelRow], batch: str) -> Table:
    """The funnel for the terminal: a line per corpus, and under it one per drop reason."""
    table = Table(title=f"Batch {batch}", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("corpus", no_wrap=True)
    for name in ("docs in", "tokens in", "docs kept", "tokens kept", "dropped", "tokens"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        counts = row.counts
        table.add_row(
            row.corpus,
            *_numbers(counts.read),
            *_numbers(counts.kept),
            *_numbers(counts.dropped_total),
        )
        for reason, tally in row.reasons:
            table.add_row(f"    {reason}", "", "", "", "", *_numbers(tally), style="dim")
        if not_selected := counts.other.get("parents_not_selected"):
            table.add_row(f"    (not selected: {not_selected:,} docs)", style="dim")
    return table


def print_funnel(rows: Iterable[FunnelRow], batch: str) -> None:
    """On standard output, wide enough for every number also where that is no terminal."""
    console = Console(highlight=False)
    console.width = max(console.width, MIN_WIDTH)
    console.print(as_table(rows, batch))


def _numbers(tally: Tally) -> tuple[str, str]:
    return f"{tally.documents:,}", f"{tally.tokens:,}"
