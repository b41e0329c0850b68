"""A few rows of published corpora by their ids."""

from collections.abc import Sequence
from typing import Any

from synth_assets.corpus.store import Store
from synth_assets.quality.views import connect, literal

MEMORY_GB = 1.0


def rows_by_id(
    store: Store, corpora: Sequence[str], batch: str, ids: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Columns of the documents with these ids, by id, in whichever of the corpora they stand."""
    paths = [
        store.open(name, batch, lawful=False).path for name in corpora if store.has(name, batch)
    ]
    if not paths or not ids:
        return {}
    files = f"read_parquet([{', '.join(map(literal, paths))}], union_by_name = true)"
    named = ", ".join(f'"{column}"' for column in ("doc_id", *columns))
    wanted = ", ".join(map(literal, ids))
    with connect(store, memory_gb=MEMORY_GB) as connection:
        found = connection.sql(f"SELECT {named} FROM {files} WHERE doc_id IN ({wanted})").pl()
    return {row["doc_id"]: row for row in found.iter_rows(named=True)}


def beginning(text: str, chars: int) -> str:
    """The text, or so much of it and a sign that there is more."""
    return text if len(text) <= chars else text[:chars] + " […]"
