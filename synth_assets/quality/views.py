"""DuckDB in memory over Parquet: the corpora of one batch as views."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import polars as pl

from synth_assets.corpus.store import Corpus, Store
from synth_assets.dedup.late import Membership, membership
from synth_assets.ingest.plan import all_manifests
from synth_assets.quality.footers import COUNTS, FIGURES, counts_of, figures_of
from synth_assets.takedown.register import REASON as TAKEN_DOWN

if TYPE_CHECKING:
    import duckdb

MEMORY_GB = 2.0
EARLIER_BATCHES = 20
"""Batches that drift is judged by: the last ones before this."""

EARLIER: dict[str, pl.DataType] = {
    "batch": pl.String(),
    "read_documents": pl.Int64(),
    "kept_documents": pl.Int64(),
    "dropped_documents": pl.Int64(),
    "kept_tokens": pl.Int64(),
}


def view_name(corpus: str) -> str:
    """A corpus's name in SQL: rewritten/faq is rewritten__faq."""
    return corpus.replace("/", "__")


def literal(value: str) -> str:
    """A string in SQL."""
    return "'" + value.replace("'", "''") + "'"


@contextmanager
def connect(store: Store, *, memory_gb: float) -> "Iterator[duckdb.DuckDBPyConnection]":
    """DuckDB in memory that spills beside the corpora and reads them wherever they lie."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{int(memory_gb * 1000)}MB",
        "temp_directory": str(store.files.scratch / "duckdb"),
        "preserve_insertion_order": False,
    }
    with duckdb.connect(":memory:", config=settings) as connection:
        if not store.files.is_local:
            connection.register_filesystem(store.files.filesystem)
        yield connection


@contextmanager
def batch_views(
    store: Store, corpus: Corpus, inputs: Sequence[str], *, memory_gb: float = MEMORY_GB
) -> "Iterator[duckdb.DuckDBPyConnection]":
    """A connection with these views:

    - `this`: the corpus's rows in its batch; `dropped` and other sidecars by their names;
    - each input by its name in SQL, and `inputs`: doc_id, text, lang, content_hash, n_chars and
      n_tokens of all inputs together, of one that a sidecar was read of its rows, but for those
      taken down;
    - `counts` and `figures`: what the footer says, see `footers`;
    - `earlier`: EARLIER of up to EARLIER_BATCHES batches of this corpus admitted before, and
      `earlier_documents`: batch, lang, kind and n_tokens of their rows.

    Of a batch that others' late rows were taken from, or that holds such rows, `inputs` are those
    that `signatures` and `deduped` take; see `dedup.late`."""
    import duckdb

    with connect(store, memory_gb=memory_gb) as connection:
        _view(connection, "this", corpus.path)
        tables = (name for name in corpus.footer.sidecars if "." not in name)
        for sidecar in tables:
            # a torn one costs the checks that read it, and `sidecars_whole` names it
            with suppress(duckdb.Error):
                _view(connection, sidecar, corpus.sidecar_path(sidecar))
        own = _membership(store, corpus)
        sources = dict.fromkeys(inputs, own.origin if own else corpus.batch)
        sources |= {name: corpus.batch for name in inputs if name == "signatures"}
        present = [name for name, batch in sources.items() if store.has(name, batch)]
        for name in present:
            opened = store.open(name, sources[name], lawful=False)
            part = corpus.footer.parts.get(name)
            _view(connection, view_name(name), opened.sidecar_path(part) if part else opened.path)
        _union(connection, [name for name in present if name != "signatures"], own, corpus)
        add_table(connection, "counts", pl.DataFrame(counts_of(corpus), schema=COUNTS))
        add_table(connection, "figures", pl.DataFrame(figures_of(corpus), schema=FIGURES))
        _earlier(connection, earlier_batches(store, corpus))
        yield connection


def earlier_batches(store: Store, corpus: Corpus) -> list[Corpus]:
    """Batches admitted before this one, the last EARLIER_BATCHES of them; those that were never
    planned stand by the order of their keys, and late ones, which hold few rows, are left out."""
    manifests = all_manifests(store)
    admitted = {manifest.key: manifest.admission for manifest in manifests}
    late = {manifest.key for manifest in manifests if manifest.late_of is not None}
    if corpus.batch in late:
        return []
    order = sorted(
        (admitted.get(key, 0), key) for key in store.batches(corpus.name) if key not in late
    )
    before = [key for rank, key in order if (rank, key) < _rank(corpus.batch, admitted)]
    opened = [store.open(corpus.name, key, lawful=False) for key in before[-EARLIER_BATCHES:]]
    return [item for item in opened if item.n_documents]


def _rank(batch: str, admitted: dict[str, int]) -> tuple[int, str]:
    return admitted.get(batch, 0), batch


def add_table(connection: "duckdb.DuckDBPyConnection", name: str, frame: pl.DataFrame) -> None:
    """A small frame as a table of its own."""
    connection.register("_given", frame.to_arrow())
    connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM _given')
    connection.unregister("_given")


def _earlier(connection: "duckdb.DuckDBPyConnection", batches: Sequence[Corpus]) -> None:
    rows = []
    for corpus in batches:
        counts = corpus.footer.counts
        documents = (counts.read.documents, counts.kept.documents, counts.dropped_total.documents)
        rows.append((corpus.batch, *documents, counts.kept.tokens))
    add_table(connection, "earlier", pl.DataFrame(rows, schema=EARLIER, orient="row"))
    parts = [
        f"SELECT {literal(corpus.batch)} AS batch, lang, kind, n_tokens "
        f"FROM read_parquet({literal(corpus.path)})"
        for corpus in batches
        if {"lang", "kind", "n_tokens"} <= set(corpus.columns)
    ]
    nothing = (
        "SELECT ''::VARCHAR AS batch, ''::VARCHAR AS lang, ''::VARCHAR AS kind, "
        "0::BIGINT AS n_tokens WHERE false"
    )
    union = " UNION ALL ".join(parts or [nothing])
    connection.execute(f"CREATE VIEW earlier_documents AS {union}")


def _membership(store: Store, corpus: Corpus) -> Membership | None:
    """Where rows of one batch may be judged under the number of another."""
    if corpus.name not in ("signatures", "deduped"):
        return None
    planned = {manifest.key for manifest in all_manifests(store)}
    return membership(store, corpus.batch) if corpus.batch in planned else None


def _view(connection: "duckdb.DuckDBPyConnection", name: str, path: str) -> None:
    connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet({literal(path)})')


def _union(
    connection: "duckdb.DuckDBPyConnection",
    inputs: Sequence[str],
    own: Membership | None,
    corpus: Corpus,
) -> None:
    columns = "doc_id, text, lang, content_hash, n_chars, n_tokens"
    still = f"WHERE drop_reason <> {literal(TAKEN_DOWN)}"
    parts = [
        f'SELECT {columns} FROM "{view_name(name)}" {still if name in corpus.footer.parts else ""}'
        for name in inputs
    ]
    nothing = (
        "SELECT ''::VARCHAR AS doc_id, ''::VARCHAR AS text, ''::VARCHAR AS lang, "
        "''::VARCHAR AS content_hash, 0::BIGINT AS n_chars, 0::BIGINT AS n_tokens WHERE false"
    )
    union = " UNION ALL ".join(parts or [nothing])
    if own is not None and not own.is_whole:
        connection.register("_members", own.ids.to_frame("doc_id").to_arrow())
        which = "IN" if own.is_late else "NOT IN"
        union = f"SELECT * FROM ({union}) WHERE doc_id {which} (SELECT doc_id FROM _members)"
    connection.execute(f"CREATE VIEW inputs AS {union}")
