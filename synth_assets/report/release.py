"""What a release holds, for the terminal and for the UI."""

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.table import Table

from synth_assets.report.svg import Bar, bars_svg


def components_table(components: pl.DataFrame, title: str) -> Table:
    """A line per component and phase of `Composition.components`."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("component", no_wrap=True)
    table.add_column("phase", no_wrap=True)
    for name in ("declared", "tokens", "share", "epochs", "docs"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in components.iter_rows(named=True):
        table.add_row(
            row["component"],
            row["phase"],
            f"{row['declared_tokens']:,}",
            f"{row['tokens']:,}",
            f"{row['share']:.2%}",
            f"{row['epochs']:.3f}",
            f"{row['documents']:,}",
        )
    return table


def languages_table(languages: pl.DataFrame) -> Table:
    """A line per language of `Composition.languages`."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("language", no_wrap=True)
    for name in ("tokens", "share", "synthetic"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in languages.iter_rows(named=True):
        shares = (f"{row['share']:.2%}", f"{row['synthetic']:.2%}")
        table.add_row(row["lang"], f"{row['tokens']:,}", *shares)
    return table


def tokens_svg(rows: pl.DataFrame, label: str) -> str:
    """A bar per row, of its tokens; `label` is the column that names it."""
    by_label = rows.group_by(label, maintain_order=True).agg(pl.col("tokens", "share").sum())
    return bars_svg(
        [
            Bar(row[label], row["tokens"], f"{row['tokens']:,} ({row['share']:.1%})")
            for row in by_label.iter_rows(named=True)
        ]
    )
