"""Versions of one page: what masking, turned on or off, makes of a page that was published.

The filter gives a page with placeholders an id of its own, and the raw page as its root. Turn
masking on after a batch was judged, and its pages come late under other ids. They are kin of the
published ones, which no policy compares, yet nobody wants a page twice: the version that was
published stays, however near the other is to it.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.dedup.admitted import Admitted
from synth_assets.dedup.late import Membership
from synth_assets.dedup.texts import SIGHTING_COLUMNS, Sighting, sighting
from synth_assets.ingest.plan import all_manifests


def published_versions(
    store: Store, own: Membership, rows: pl.DataFrame, earlier: Iterable[Admitted]
) -> Mapping[str, Sighting]:
    """For the natural documents among the `rows` of a late batch the document that was judged
    before, under the number of the same origin, as a version of the same page."""
    origins = {item.key: item.late_of or item.key for item in all_manifests(store)}
    keys = _natural(rows).select("doc_id", key="family").explode("key")
    found: dict[str, Sighting] = {}
    for batch in earlier if own.is_late else ():
        if origins[batch.key] != own.origin:
            continue
        for frame in batch.signatures.frames(SIGHTING_COLUMNS):
            others = _natural(frame).with_columns(key="family").explode("key")
            pairs = others.join(keys, on="key", suffix="_late").sort("row")
            for row in pairs.unique("doc_id_late", keep="first").iter_rows(named=True):
                found.setdefault(row["doc_id_late"], sighting(row, batch))
    return found


def _natural(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("kind") == "natural")
