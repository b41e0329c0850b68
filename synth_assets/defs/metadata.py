"""What an asset's page shows of a materialization."""

import dagster as dg
import polars as pl

from synth_assets.corpus.schema import DESCRIPTIONS, Schema
from synth_assets.corpus.store import Corpus
from synth_assets.report.svg import as_markdown_image, funnel_svg
from synth_assets.report.tables import markdown_table

Metadata = dg.MetadataValue | int | str | bool

SAMPLE_ROWS = 3
SAMPLE_COLUMNS = ("title", "lang", "text")


def describe(corpus: Corpus, columns: Schema) -> dict[str, Metadata]:
    """Counts, schema, path, funnel and a few rows of a published batch."""
    counts = corpus.footer.counts
    metadata: dict[str, Metadata] = {
        "dagster/row_count": counts.kept.documents,
        "dagster/column_schema": column_schema(columns),
        "path": dg.MetadataValue.path(corpus.path),
        "documents_in": counts.read.documents,
        "documents_dropped": counts.dropped_total.documents,
        "tokens_in": counts.read.tokens,
        "tokens": counts.kept.tokens,
        "tokens_dropped": counts.dropped_total.tokens,
        "funnel": dg.MetadataValue.md(as_markdown_image(funnel_svg(counts), "funnel")),
    }
    metadata |= {f"dropped/{reason}": tally.documents for reason, tally in counts.dropped.items()}
    metadata |= counts.other
    if (sample := _sample(corpus)) is not None:
        metadata["sample"] = dg.MetadataValue.md(sample)
    return metadata


def column_schema(columns: Schema) -> dg.MetadataValue:
    return dg.MetadataValue.table_schema(
        dg.TableSchema(
            [
                dg.TableColumn(name, str(kind), description=DESCRIPTIONS.get(name))
                for name, kind in columns.items()
            ]
        )
    )


def _sample(corpus: Corpus) -> str | None:
    """The first rows, where the corpus holds documents."""
    first: pl.DataFrame = next(corpus.frames())
    shown = [name for name in SAMPLE_COLUMNS if name in first.columns]
    return markdown_table(first.select(shown).head(SAMPLE_ROWS)) if "text" in shown else None
