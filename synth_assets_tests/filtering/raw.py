"""Small raw_web batches, written through the store as the ingest stage would."""

from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl

from synth_assets.corpus.document import Document, content_hash, raw_id
from synth_assets.corpus.footer import Law
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store

PROSE = """The harbour lies to the north of the old town, and most visitors reach it on foot.
Fishing boats leave before dawn and return with their catch in the early afternoon.
A narrow path follows the water to a lighthouse that was built two centuries ago.
From its gallery you can see the islands, the open sea and the hills behind the bay.
In summer there is a small market where farmers sell cheese, honey and fresh bread."""
"""An ordinary page: every rule of the default profile passes it."""


def write_raw(
    store: Store,
    texts: Sequence[str],
    batch: str = "2026-01-01",
    *,
    claimed: int = 0,
    declared: str | None = None,
) -> list[str]:
    """Publish the texts as raw_web, every space a token; returns their ids. `declared` is the
    language that the input says they are in.

    The footer claims so many more documents than are there.
    """
    documents = [
        Document(
            doc_id=raw_id("file", position),
            root_ids=[raw_id("file", position)],
            text=text,
            content_hash=content_hash(text),
            n_chars=len(text),
            n_words=len(text.split()),
            n_tokens=text.count(" ") + 1,
        )
        for position, text in enumerate(texts)
    ]
    frame = pl.DataFrame([document.to_row() for document in documents], schema=DOCUMENT)
    frame = frame.with_columns(
        lang_hint=pl.lit(declared, dtype=pl.String),
        domain=pl.lit("example.org"),
        published_at=pl.lit(datetime(2021, 3, 4, tzinfo=UTC), dtype=pl.Datetime("us", "UTC")),
    )
    schema = DOCUMENT | {name: frame.schema[name] for name in frame.columns[len(DOCUMENT) :]}
    with store.write("raw_web", batch, schema=schema, code_version="t", inputs={}) as writer:
        writer.read(frame)
        writer.keep(frame)
        writer.counts.kept.documents += claimed
        writer.commit(Law("documents", {"in": len(texts)}, {"kept": len(texts)}))
    return [document.doc_id for document in documents]
