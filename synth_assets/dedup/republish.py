"""Judging again what was published, from one batch forward, and what that changes."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.corpus.store import Store
from synth_assets.ingest.plan import all_manifests, load_manifest

CHANGES: Schema = {
    "batch": pl.String(),
    "doc_id": pl.String(),
    # came or left
    "change": pl.String(),
    # of one that left, why: its drop reason now, or `gone` where no input holds it any more
    "reason": pl.String(),
}


@dataclass(frozen=True)
class Published:
    """The documents of one batch of `deduped` that stay."""

    batch: str
    kept: pl.Series

    @classmethod
    def of(cls, store: Store, batch: str) -> "Published":
        if not store.has("deduped", batch):
            return cls(batch, pl.Series("doc_id", [], dtype=pl.String))
        corpus = store.open("deduped", batch, lawful=False)
        return cls(batch, corpus.read(["doc_id"])["doc_id"])

    def changes(self, store: Store) -> pl.DataFrame:
        """CHANGES since then."""
        now = Published.of(store, self.batch).kept
        came = now.filter(~now.is_in(self.kept.implode())).to_frame("doc_id")
        left = self.kept.filter(~self.kept.is_in(now.implode())).to_frame("doc_id")
        dropped = _reasons(store, self.batch, left["doc_id"])
        gone = left.join(dropped, on="doc_id", how="left").fill_null("gone")
        both = [
            came.with_columns(change=pl.lit("came"), reason=pl.lit(None, pl.String)),
            gone.with_columns(change=pl.lit("left")),
        ]
        found = pl.concat(both, how="diagonal").with_columns(batch=pl.lit(self.batch))
        return found.select(pl.col(name).cast(kind) for name, kind in CHANGES.items()).sort(
            "change", "doc_id"
        )


def judged_from(store: Store, key: str) -> list[str]:
    """The batch and all that were admitted later and have signatures, in order.

    Raises InputError where no such batch was planned.
    """
    admission = load_manifest(store, key).admission
    later = (item.key for item in all_manifests(store) if item.admission >= admission)
    return [batch for batch in later if store.has("signatures", batch)]


def counted(changes: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Numbers of documents by batch, change and reason."""
    found = pl.concat([pl.DataFrame(schema=dict(CHANGES)), *changes])
    groups = found.group_by("batch", "change", "reason", maintain_order=True)
    return groups.agg(documents=pl.len())


def _reasons(store: Store, batch: str, doc_ids: pl.Series) -> pl.DataFrame:
    columns = ["doc_id", "drop_reason"]
    nothing = pl.DataFrame(schema={"doc_id": pl.String, "reason": pl.String})
    if not store.has("deduped", batch):
        return nothing
    frames = store.open("deduped", batch, lawful=False).sidecar_frames("dropped", columns)
    chosen = [frame.filter(pl.col("doc_id").is_in(doc_ids.implode())) for frame in frames]
    return pl.concat([nothing, *(frame.rename({"drop_reason": "reason"}) for frame in chosen)])
