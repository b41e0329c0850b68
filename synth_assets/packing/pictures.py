"""What a packed batch looks like: tokens by component and language, how full sequences are, how
long documents are."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from synth_assets.corpus.store import Corpus
from synth_assets.packing.documents import TABLE
from synth_assets.report.svg import Bar, as_markdown_image, bars_svg

MAX_BARS = 12
FILLS = (0.0, 0.5, 0.9, 0.95, 0.99, 0.999)
"""Lower bounds of the shares of a sequence that are tokens; full ones stand apart."""


def pictures(packed: Corpus) -> dict[str, str]:
    """Plots by name, as images in Markdown. Reads counts and labels, no tokens."""
    documents = pl.concat(packed.sidecar_frames(TABLE, [*_LABELS, "lang", "n_tokens"]))
    rows = pl.concat(packed.frames(["seq_len", "n_tokens"]))
    component = pl.concat_str(_LABELS, separator=" ", ignore_nulls=True)
    plots = {
        "tokens_by_component": _tokens_by(documents, component),
        "tokens_by_language": _tokens_by(documents, pl.col("lang").fill_null("und")),
        "sequences_by_fill": _fills(rows),
        "documents_by_length": _lengths(documents["n_tokens"]),
    }
    return {name: as_markdown_image(bars_svg(bars), name) for name, bars in plots.items()}


_LABELS = ("kind", "recipe", "source", "tier")


def _tokens_by(documents: pl.DataFrame, label: pl.Expr) -> list[Bar]:
    """The largest groups, and what is left in one."""
    groups = documents.group_by(label=label).agg(
        documents=pl.len(), tokens=pl.col("n_tokens").sum()
    )
    groups = groups.sort("tokens", "label", descending=[True, False])
    bars = [_tokens_bar(*row) for row in groups.head(MAX_BARS).iter_rows()]
    if groups.height > MAX_BARS:
        rest = groups.slice(MAX_BARS).select(pl.col("documents", "tokens").sum()).row(0)
        bars.append(_tokens_bar(f"{groups.height - MAX_BARS} others", *rest))
    return bars


def _tokens_bar(label: str, documents: int, tokens: int) -> Bar:
    return Bar(label, tokens, f"{tokens:,} tokens, {documents:,} docs")


def _fills(rows: pl.DataFrame) -> list[Bar]:
    share = rows["n_tokens"].to_numpy() / np.maximum(rows["seq_len"].to_numpy(), 1)
    full = int((share == 1).sum())
    counts = np.histogram(share[share < 1], [*FILLS, 1.0])[0].tolist()
    names = [f"from {low:.1%} on" for low in FILLS]
    return _counted([*names, "full"], [*counts, full], "sequences")


def _lengths(n_tokens: pl.Series) -> list[Bar]:
    """By powers of two."""
    if n_tokens.is_empty():
        return []
    powers = np.bincount(np.log2(np.maximum(n_tokens.to_numpy(), 1)).astype(np.int64))
    names = [f"{1 << power:,} to {(2 << power) - 1:,} tokens" for power in range(len(powers))]
    return _counted(names, powers.tolist(), "docs")


def _counted(names: Sequence[str], counts: Sequence[int], unit: str) -> list[Bar]:
    return [
        Bar(name, count, f"{count:,} {unit}") for name, count in zip(names, counts, strict=True)
    ]
