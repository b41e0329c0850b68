"""Some documents of a release to read, beside what they were made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_assets.corpus.store import Store
from synth_assets.ingest.plan import all_manifests
from synth_assets.quality.views import connect, literal
from synth_assets.report.texts import MEMORY_GB, beginning, rows_by_id

SAMPLES = 2
"""Of each component, natural and made each."""

SHOWN_CHARS = 1500
SHOWN = ("title", "url", "license", "kind", "recipe", "lang", "model", "parent_ids", "text")
LAST = ("signatures", "deduped", "packed")
"""Corpora that no document is made from."""


@dataclass(frozen=True)
class Sample:
    """A document of a component, the beginning of its text, and that of its parent's where it was
    made from one that is still there."""

    component: str
    document: Mapping[str, Any]
    text: str
    source: str | None


def samples_of(store: Store, listing: str, corpora: Sequence[str]) -> list[Sample]:
    """Chosen by their ids, which are digests; `listing` is the release's list of documents. What
    was taken down since is left out."""
    chosen = _chosen(store, listing)
    sources = [name for name in corpora if name not in LAST]
    origins = {item.key: item.late_of or item.key for item in all_manifests(store)}
    documents: dict[str, dict[str, Any]] = {}
    parents: dict[str, dict[str, Any]] = {}
    for batch in dict.fromkeys(batch for _, batch, _ in chosen):
        ids = [doc_id for _, where, doc_id in chosen if where == batch]
        documents |= (own := rows_by_id(store, ["deduped"], batch, ids, SHOWN))
        wanted = [parent for row in own.values() for parent in row["parent_ids"]]
        parents |= rows_by_id(store, sources, origins.get(batch, batch), wanted, ["text"])
    return [
        Sample(component, found, beginning(found["text"], SHOWN_CHARS), _source(found, parents))
        for component, _, doc_id in chosen
        if (found := documents.get(doc_id)) is not None
    ]


def _chosen(store: Store, listing: str) -> list[tuple[str, str, str]]:
    """Component, batch and id."""
    query = f"""
        SELECT component, batch, doc_id FROM read_parquet({literal(listing)})
        QUALIFY row_number() OVER (PARTITION BY component, synthetic ORDER BY doc_id) <= {SAMPLES}
        ORDER BY component, synthetic, doc_id
    """
    with connect(store, memory_gb=MEMORY_GB) as connection:
        rows: list[tuple[str, str, str]] = connection.execute(query).fetchall()
    return rows


def _source(document: Mapping[str, Any], parents: Mapping[str, Mapping[str, Any]]) -> str | None:
    if document["kind"] == "natural":
        return None  # its parent is the same page before personal data was masked
    found = next((parents[one]["text"] for one in document["parent_ids"] if one in parents), None)
    return None if found is None else beginning(found, SHOWN_CHARS)
