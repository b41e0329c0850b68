"""Source, made text and what the gates said, side by side."""

from collections.abc import Sequence

import polars as pl

from synth_assets.corpus.store import Corpus, Store
from synth_assets.report.texts import beginning, rows_by_id

KEPT, DROPPED = 3, 3
SHOWN_CHARS = 600
COLUMNS = {"source": pl.String, "made_text": pl.String, "gates": pl.String}


def pairs(store: Store, corpus: Corpus, inputs: Sequence[str]) -> pl.DataFrame:
    """The first documents that were made, beside what they were made from, and the first that a
    gate dropped, with its name, the measured value and the limit. Columns of COLUMNS."""
    return pl.DataFrame([*_kept(store, corpus, inputs), *_dropped(corpus)], schema=COLUMNS)


def _kept(store: Store, corpus: Corpus, inputs: Sequence[str]) -> list[dict[str, str]]:
    first = next(corpus.frames(["parent_ids", "text"])).head(KEPT).rows()
    wanted = [parents[0] for parents, _ in first if parents]
    sources = rows_by_id(store, inputs, corpus.batch, wanted, ["text"])
    return [
        {
            "source": _cut(sources[parents[0]]["text"])
            if parents[:1] and parents[0] in sources
            else "",
            "made_text": _cut(text),
            "gates": "passed",
        }
        for parents, text in first
    ]


def _dropped(corpus: Corpus) -> list[dict[str, str]]:
    """Dropped rows hold the document that was to be rewritten."""
    if "dropped" not in corpus.footer.sidecars:
        return []
    columns = ["text", "drop_reason", "drop_value", "drop_limit"]
    first = next(corpus.sidecar_frames("dropped", columns)).head(DROPPED).rows()
    return [
        {
            "source": _cut(text),
            "made_text": "",
            "gates": f"dropped: {reason} {value or ''}" + (f" (allowed: {limit})" if limit else ""),
        }
        for text, reason, value, limit in first
    ]


def _cut(text: str) -> str:
    return beginning(text, SHOWN_CHARS)
