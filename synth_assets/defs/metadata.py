"""What an asset's page shows of a materialization."""

from collections.abc import Sequence

import dagster as dg
import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.corpus.store import Corpus, Store
from synth_assets.defs.columns import column_schema
from synth_assets.generation.money.entries import Ledger
from synth_assets.report.duplicates import cluster_sizes, largest_clusters, shares
from synth_assets.report.funnel import FunnelRow, funnel_svg
from synth_assets.report.pairs import pairs
from synth_assets.report.pictures import pictures
from synth_assets.report.svg import as_markdown_image
from synth_assets.report.tables import markdown_table

Metadata = dg.MetadataValue | int | float | str | bool

ACCOUNT = {
    "requests": "requests_sent",
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "seconds": "engine_seconds",
    "gpu_seconds": "gpu_seconds",
    "tokens_per_second": "tokens_per_second",
    "cost": "cost",
    "currency": "currency",
    "cost_per_million_kept_tokens": "cost_per_million_kept_tokens",
    "acceptance_rate": "acceptance_rate",
}
"""Columns of `accounting.ACCOUNTS` and their names on the page; what is not known is left out."""

SAMPLE_ROWS = 3
PAIR_CHARS = 640
SAMPLE_COLUMNS = ("title", "lang", "text")


def describe(
    store: Store, corpus: Corpus, columns: Schema, inputs: Sequence[str]
) -> dict[str, Metadata]:
    """Counts, schema, path, plots and a few rows of a published batch; light enough for an event
    log, since plots and tables have a bounded number of bars and rows."""
    counts, row = corpus.footer.counts, FunnelRow.of(corpus.footer)
    metadata: dict[str, Metadata] = {
        "dagster/row_count": counts.kept.documents,
        "dagster/column_schema": column_schema(corpus.name, columns),
        "path": dg.MetadataValue.path(corpus.path),
        "documents_in": counts.read.documents,
        "documents_dropped": counts.dropped_total.documents,
        "tokens_in": counts.read.tokens,
        "tokens": counts.kept.tokens,
        "tokens_dropped": counts.dropped_total.tokens,
        "funnel": dg.MetadataValue.md(as_markdown_image(funnel_svg(row), "funnel")),
    }
    metadata |= {f"dropped/{reason}": tally.documents for reason, tally in counts.dropped.items()}
    metadata |= counts.other
    if corpus.name == "deduped":
        metadata |= _duplicates(corpus)
    metadata |= {name: dg.MetadataValue.md(image) for name, image in pictures(corpus).items()}
    if (sample := _sample(store, corpus, inputs)) is not None:
        metadata["sample"] = dg.MetadataValue.md(sample)
    return metadata


def account(store: Store, ledger: Ledger, corpus: str, batch: str) -> dict[str, Metadata]:
    """What a generated batch has taken so far, over all its runs, and the share of judged texts
    that each gate let pass, as numbers that the UI plots over time; empty for other corpora."""
    from synth_assets.generation.money.accounting import accounts, gate_rates

    taken = accounts(store, ledger, corpus, batch).to_dicts()
    values = {shown: taken[0][name] for name, shown in ACCOUNT.items()} if taken else {}
    metadata: dict[str, Metadata] = {
        name: round(value, 6) if isinstance(value, float) else value
        for name, value in values.items()
        if value is not None
    }
    gates = gate_rates(store, corpus, batch).drop("corpus", "batch")
    gates = gates.with_columns(pl.col("acceptance_rate").round(6))
    if gates.height:
        rates = gates.select("gate", "acceptance_rate").iter_rows()
        metadata |= {f"accept/{gate}": rate for gate, rate in rates}
        metadata["gates"] = dg.MetadataValue.md(markdown_table(gates))
    return metadata


def _sample(store: Store, corpus: Corpus, inputs: Sequence[str]) -> str | None:
    """Rows to read, where the corpus holds documents: of what was made, beside its source."""
    if "/" in corpus.name and {"parent_ids", "text"} <= set(corpus.columns):
        return markdown_table(pairs(store, corpus, inputs), PAIR_CHARS)
    first: pl.DataFrame = next(corpus.frames())
    shown = [name for name in SAMPLE_COLUMNS if name in first.columns]
    return markdown_table(first.select(shown).head(SAMPLE_ROWS)) if "text" in shown else None


def _duplicates(corpus: Corpus) -> dict[str, Metadata]:
    """Where duplicates were, how large the clusters are, and what the largest are about."""
    tables = {f"duplicates_by_{by}": table for by, table in shares(corpus).items()}
    tables["cluster_sizes"] = cluster_sizes(corpus)
    tables["largest_clusters"] = largest_clusters(corpus)
    return {
        name: dg.MetadataValue.md(markdown_table(table))
        for name, table in tables.items()
        if table.height
    }
