"""Dead letters: requests that failed for good, with the documents that asked for them."""

from collections.abc import Iterator

import polars as pl

from synth_assets.corpus.store import Corpus, Store
from synth_assets.generation.money.totals import journaled

DEAD_LETTERS: dict[str, pl.DataType] = {
    "corpus": pl.String(),
    "batch": pl.String(),
    "doc_id": pl.String(),
    "url": pl.String(),
    "kind": pl.String(),
    "error": pl.String(),
    "key": pl.String(),
}
"""One row per failed request of each parent; `key` is its entry in the journal. Failures that may
pass (a time-out) are in no journal, and the next run sends them again by itself."""


def dead_letters(store: Store, corpus: str | None = None, batch: str | None = None) -> pl.DataFrame:
    """The DEAD_LETTERS of all generated corpora and batches, or of those named."""
    keys = (key for key in journaled(store.files, corpus, batch) if store.has(*key))
    frames = (frame for key in keys for frame in _of(store.open(*key, lawful=False)))
    return pl.concat([pl.DataFrame(schema=DEAD_LETTERS), *frames])


def _of(corpus: Corpus) -> Iterator[pl.DataFrame]:
    if not {"requests", "dropped"} <= corpus.footer.sidecars.keys():
        return
    columns = ["doc_id", "key", "outcome", "reason", "value"]
    failed = pl.concat(
        frame.filter(pl.col("outcome") == "failed")
        for frame in corpus.sidecar_frames("requests", columns)
    )
    if failed.height:
        parents = corpus.dropped(["doc_id", "url"]).unique("doc_id")
        yield failed.join(parents, on="doc_id", how="left", maintain_order="left").select(
            pl.lit(corpus.name).alias("corpus"),
            pl.lit(corpus.batch).alias("batch"),
            "doc_id",
            "url",
            pl.col("reason").alias("kind"),
            pl.col("value").alias("error"),
            "key",
        )
