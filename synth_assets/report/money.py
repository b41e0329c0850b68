"""Estimates, costs and failures as tables for the terminal."""

from collections.abc import Sequence

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table

from synth_assets.estimate import BatchEstimate
from synth_assets.generation.journal.stats import JournalStats
from synth_assets.generation.money.estimate import Estimate

MAX_WIDTH = 160
WRAPPED = ("document", "error")
TEXTS = ("batch", "gate", "kind", *WRAPPED)


def print_wide(item: RenderableType) -> None:
    """On standard output, wide enough for every number also where that is no terminal."""
    console = Console(highlight=False, markup=False)
    wide = console.options.update(width=MAX_WIDTH)
    needed = Measurement.get(console, wide, item).maximum
    console.width = max(console.width, min(needed, MAX_WIDTH))
    console.print(item)


def estimate_table(made: BatchEstimate) -> Table:
    """A line per generated corpus."""
    table = _table(
        f"Batch {made.batch}: what is not paid for yet",
        (
            *("eligible", "of docs", "paid", "requests", "prompt tok", "compl. tok", "hours"),
            *("cost", "requests <=", "cost <="),
        ),
    )
    for item in made.estimates:
        counts = (item.eligible, item.documents, item.paid, item.requests)
        table.add_row(
            item.corpus,
            *(f"{count:,}" for count in counts),
            ("" if item.exact else "~") + f"{item.prompt_tokens:,}",
            f"~{item.completion_tokens:,}" if item.completion_tokens else "0",
            _hours(item.hours),
            money(item.cost, item.currency),
            f"{item.requests_at_most:,}",
            money(item.cost_at_most, item.currency),
        )
    return table


def estimate_notes(made: BatchEstimate) -> list[str]:
    """Sentences under the table: what the figures rest on, what could not be read, the budget."""
    notes: list[str] = []
    if any(item.requests for item in made.estimates):
        notes.append(
            "requests are those that each document needs next; <= is with all steps after them, "
            "as many as there may be, each taken to be as long; retries come on top"
        )
    notes += [_basis(item) for item in made.estimates if item.prompt_tokens]
    notes += [f"{corpus}: not known yet: {why}" for corpus, why in made.unreadable.items()]
    return notes + [str(item) for item in made.allowances]


def costs_table(frame: pl.DataFrame) -> Table:
    """Rows of `accounting.ACCOUNTS`."""
    names = ("requests", "prompt tok", "compl. tok", "GPU h", "tok/s", "cost", "accepted", "kept")
    table = _table("What generation took", ("batch", *names, "cost per M kept"))
    for row in frame.iter_rows(named=True):
        table.add_row(
            row["corpus"],
            row["batch"],
            f"{row['requests']:,}",
            f"{row['prompt_tokens']:,}",
            f"{row['completion_tokens']:,}",
            f"{row['gpu_seconds'] / 3600:,.2f}",
            _number(row["tokens_per_second"], ",.0f"),
            money(row["cost"], row["currency"]),
            _number(row["acceptance_rate"], ".1%"),
            _number(row["kept_tokens"], ","),
            money(row["cost_per_million_kept_tokens"], row["currency"])
            if row["kept_tokens"]
            else "",
        )
    return table


def gates_table(frame: pl.DataFrame) -> Table:
    """Rows of `accounting.GATES`."""
    table = _table("What gates refused", ("batch", "gate", "judged", "refused", "accepted"))
    for row in frame.iter_rows(named=True):
        table.add_row(
            row["corpus"],
            row["batch"],
            row["gate"],
            f"{row['judged']:,}",
            f"{row['refused']:,}",
            _number(row["acceptance_rate"], ".1%"),
        )
    return table


def failed_table(frame: pl.DataFrame) -> Table:
    """Rows of `dead_letters.DEAD_LETTERS`; an error's first line."""
    table = _table("Requests that failed for good", ("batch", "document", "kind", "error"))
    for row in frame.iter_rows(named=True):
        error = (row["error"] or "").split("\n")[0]
        table.add_row(row["corpus"], row["batch"], row["url"] or row["doc_id"], row["kind"], error)
    return table


def journals_table(found: Sequence[JournalStats]) -> Table:
    """A line per batch; `live` are lines of a batch at work, or of one that was stopped."""
    names = ("lines", "keys", "failed", "repeated", "prompt tok", "compl. tok", "MB", "live")
    table = _table("Journals", ("batch", *names, "damaged"))
    for item in found:
        counts = (item.lines, item.keys, item.failed, item.repeated)
        table.add_row(
            item.corpus,
            item.batch,
            *(f"{count:,}" for count in counts),
            f"{item.prompt_tokens:,}",
            f"{item.completion_tokens:,}",
            f"{item.bytes / 1e6:,.1f}",
            f"{item.live_lines:,}",
            f"{item.damaged + item.live_damaged:,}",
        )
    return table


def money(value: float | None, currency: str | None) -> str:
    """An amount with its currency; four digits where it is small, `?` where it is not known."""
    if value is None:
        return "?"
    if currency is None:
        return "free" if not value else f"{value:,.2f}"
    return f"{value:,.2f} {currency}" if value >= 1 or not value else f"{value:,.4f} {currency}"


def _basis(item: Estimate) -> str:
    how = (
        f"as in its {item.ratio_from}" if item.ratio_from == "earlier results" else "an assumption"
    )
    where = "exact" if item.exact else "not exact"
    return (
        f"{item.corpus}: prompts counted by {item.counted_by} ({where}); "
        f"{item.ratio:.2f} completion tokens per prompt token, {how}"
        + ("" if item.hours is not None else f"; the ledger knows no speed of {item.model} yet")
    )


def _hours(hours: float | None) -> str:
    if hours is None:
        return "unknown"
    return f"{hours:,.1f}" if hours >= 1 or not hours else f"{hours:,.3f}"


def _number(value: float | None, style: str) -> str:
    return "" if value is None else format(value, style)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("corpus", no_wrap=True)
    for name in columns:
        is_text = name in TEXTS
        table.add_column(
            name,
            justify="left" if is_text else "right",
            no_wrap=name not in WRAPPED,
            overflow="fold",
        )
    return table
