"""What corpora say of themselves, as rows: the counts and figures of their footers."""

from typing import Any

import polars as pl

from synth_assets.corpus.footer import Tally
from synth_assets.corpus.store import Corpus

COUNTS: dict[str, pl.DataType] = {
    "corpus": pl.String(),
    "batch": pl.String(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "documents": pl.Int64(),
    "tokens": pl.Int64(),
}
"""`outcome` is read, kept or dropped; `reason` is of what was dropped."""

FIGURES: dict[str, pl.DataType] = {
    "corpus": pl.String(),
    "batch": pl.String(),
    "name": pl.String(),
    "value": pl.Int64(),
}
"""The numbers of a stage's own, such as requests_accepted."""


def counts_of(corpus: Corpus) -> list[dict[str, Any]]:
    """Rows of COUNTS."""
    counts = corpus.footer.counts
    tallies: list[tuple[str, str | None, Tally]] = [
        ("read", None, counts.read),
        ("kept", None, counts.kept),
    ]
    tallies += [("dropped", reason, tally) for reason, tally in counts.dropped.items()]
    return [
        {
            "corpus": corpus.name,
            "batch": corpus.batch,
            "outcome": outcome,
            "reason": reason,
            "documents": tally.documents,
            "tokens": tally.tokens,
        }
        for outcome, reason, tally in tallies
    ]


def figures_of(corpus: Corpus) -> list[dict[str, Any]]:
    """Rows of FIGURES."""
    return [
        {"corpus": corpus.name, "batch": corpus.batch, "name": name, "value": value}
        for name, value in corpus.footer.counts.other.items()
    ]
