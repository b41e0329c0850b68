"""The funnel of one batch: documents and tokens in, kept, dropped by reason, per corpus."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

from synth_assets.corpus.footer import Counts, Footer, Law, Tally
from synth_assets.corpus.store import Store
from synth_assets.report.svg import Bar, bars_svg

if TYPE_CHECKING:
    from rich.table import Table

MIN_WIDTH = 120
MOST_REASONS = 20
PACKED = "packed"
CHANGES = {
    "masked": ("changed by masking", -1),
    "taken out": ("edited out", -1),
    "eos": ("end of text", 1),
    "source_ids": ("source ids", 1),
}
"""Terms of the laws of tokens that are no document's way out: their name here, and their sign."""


@dataclass(frozen=True)
class FunnelRow:
    """One corpus of a batch, or of several together."""

    corpus: str
    counts: Counts
    laws: Sequence[Law] = field(default_factory=list)

    @classmethod
    def of(cls, footer: Footer) -> "FunnelRow":
        return cls(footer.corpus, footer.counts, footer.laws)

    def plus(self, other: "FunnelRow") -> "FunnelRow":
        """The same corpus over both batches."""
        one, two = self.counts, other.counts
        reasons = {**one.dropped, **two.dropped}
        counts = Counts(
            one.read.plus(two.read),
            one.kept.plus(two.kept),
            {
                name: one.dropped.get(name, Tally()).plus(two.dropped.get(name, Tally()))
                for name in reasons
            },
            {
                name: one.other.get(name, 0) + two.other.get(name, 0)
                for name in {**one.other, **two.other}
                if not name.endswith("_ppm")  # a share has no sum
            },
        )
        return FunnelRow(self.corpus, counts, [*self.laws, *other.laws])

    @property
    def kept(self) -> Tally:
        """Rows are documents, but for those of `packed`, which are sequences."""
        counts = self.counts
        if self.corpus != PACKED:
            return counts.kept
        packed = counts.read.documents - counts.dropped_total.documents
        return Tally(packed, counts.kept.tokens)

    @property
    def not_selected(self) -> int:
        """Documents that a recipe or a translation does not concern; how many tokens they have
        is not counted."""
        return self.counts.other.get("parents_not_selected", 0)

    @property
    def reasons(self) -> list[tuple[str, Tally]]:
        """Drop reasons, the largest first."""
        return sorted(self.counts.dropped.items(), key=lambda item: (-item[1].documents, item[0]))

    @property
    def notes(self) -> list[str]:
        """What in, kept and dropped leave open."""
        return list(self._notes())

    def _notes(self) -> Iterator[str]:
        if self.not_selected:
            yield f"not selected: {self.not_selected:,} docs"
        of_tokens = [law for law in self.laws if law.name.split(" at ")[0] == "tokens"]
        if self.corpus == PACKED:
            yield f"packed into {self.counts.kept.documents:,} sequences"
            if (lengths := len({law.name for law in of_tokens})) > 1:
                yield f"tokens at each of {lengths} lengths"
        for term, (name, sign) in CHANGES.items():
            sides = ({**law.left, **law.right} for law in of_tokens)
            if tokens := sign * sum(side.get(term, 0) for side in sides):
                yield f"{name}: {tokens:+,} tokens"


def funnel(store: Store, corpora: Iterable[str], batch: str) -> list[FunnelRow]:
    """Rows of the corpora that have this batch, from their footers alone."""
    return [
        FunnelRow.of(store.open(name, batch, lawful=False).footer)
        for name in corpora
        if store.has(name, batch)
    ]


def funnel_svg(row: FunnelRow) -> str:
    """Bars for documents in, kept, not selected, and dropped by reason, the largest first; each
    with documents and, where they are counted, tokens."""
    shown, left = row.reasons[:MOST_REASONS], row.reasons[MOST_REASONS:]
    if left:
        rest = reduce(Tally.plus, (tally for _, tally in left))
        shown.append((f"{len(left)} other reasons", rest))
    bars = [_bar("in", row.counts.read, "in"), _bar("kept", row.kept, "kept")]
    if row.not_selected:
        bars.append(Bar("not selected", row.not_selected, f"{row.not_selected:,} docs", "in"))
    return bars_svg([*bars, *(_bar(reason, tally, "dropped") for reason, tally in shown)])


def as_table(rows: Iterable[FunnelRow], batch: str) -> "Table":
    """The funnel for the terminal: a line per corpus, and under it one per drop reason."""
    from rich.box import SIMPLE_HEAD  # the UI, which draws funnels too, does without
    from rich.table import Table

    table = Table(title=f"Batch {batch}", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("corpus", no_wrap=True)
    for name in ("docs in", "tokens in", "docs kept", "tokens kept", "dropped", "tokens"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        counts = row.counts
        table.add_row(
            row.corpus,
            *_numbers(counts.read),
            *_numbers(row.kept),
            *_numbers(counts.dropped_total),
        )
        for reason, tally in row.reasons:
            table.add_row(f"    {reason}", "", "", "", "", *_numbers(tally), style="dim")
        for note in row.notes:
            table.add_row(f"    ({note})", style="dim")
    return table


def print_funnel(rows: Iterable[FunnelRow], batch: str) -> None:
    """On standard output, wide enough for every number also where that is no terminal."""
    from rich.console import Console

    console = Console(highlight=False)
    console.width = max(console.width, MIN_WIDTH)
    console.print(as_table(rows, batch))


def _bar(label: str, tally: Tally, colour: str) -> Bar:
    note = f"{tally.documents:,} docs, {tally.tokens:,} tokens"
    return Bar(label, tally.documents, note, colour)


def _numbers(tally: Tally) -> tuple[str, str]:
    return f"{tally.documents:,}", f"{tally.tokens:,}"
