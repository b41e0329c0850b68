"""DuckDB in memory over Parquet: the corpora of one batch as views."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from synth_assets.corpus.store import Corpus, Store
from synth_assets.dedup.late import Membership, membership
from synth_assets.ingest.plan import all_manifests


def view_name(corpus: str) -> str:
    """A corpus's name in SQL: rewritten/faq is rewritten__faq."""
    return corpus.replace("/", "__")


@contextmanager
def batch_views(
    store: Store, corpus: Corpus, inputs: Sequence[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the views `this` (the corpus's rows in its batch), `dropped` and other
    sidecars by name, each input by its name in SQL, and `inputs`: doc_id, text, lang and n_tokens
    of all inputs together. Of a batch that others' late rows were taken from, or that holds such
    rows, `inputs` are those that `signatures` and `deduped` take; see `dedup.late`."""
    with duckdb.connect(":memory:") as connection:
        if not store.files.is_local:
            connection.register_filesystem(store.files.filesystem)
        _view(connection, "this", corpus.path)
        tables = (name for name in corpus.footer.sidecars if "." not in name)
        for sidecar in tables:
            _view(connection, sidecar, corpus.sidecar_path(sidecar))
        own = _membership(store, corpus)
        sources = dict.fromkeys(inputs, own.origin if own else corpus.batch)
        sources |= {name: corpus.batch for name in inputs if name == "signatures"}
        present = [name for name, batch in sources.items() if store.has(name, batch)]
        for name in present:
            opened = store.open(name, sources[name], lawful=False)
            _view(connection, view_name(name), opened.path)
        _union(connection, [name for name in present if name != "signatures"], own)
        yield connection


def _membership(store: Store, corpus: Corpus) -> Membership | None:
    """Where rows of one batch may be judged under the number of another."""
    if corpus.name not in ("signatures", "deduped"):
        return None
    planned = {manifest.key for manifest in all_manifests(store)}
    return membership(store, corpus.batch) if corpus.batch in planned else None


def _view(connection: duckdb.DuckDBPyConnection, name: str, path: str) -> None:
    quoted = path.replace("'", "''")
    connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{quoted}')")


def _union(
    connection: duckdb.DuckDBPyConnection, inputs: Sequence[str], own: Membership | None
) -> None:
    columns = "doc_id, text, lang, n_tokens"
    parts = [f'SELECT {columns} FROM "{view_name(name)}"' for name in inputs]
    nothing = (
        "SELECT ''::VARCHAR AS doc_id, ''::VARCHAR AS text, ''::VARCHAR AS lang, "
        "0::BIGINT AS n_tokens WHERE false"
    )
    union = " UNION ALL ".join(parts or [nothing])
    if own is not None and not own.is_whole:
        connection.register("_members", own.ids.to_frame("doc_id").to_arrow())
        which = "IN" if own.is_late else "NOT IN"
        union = f"SELECT * FROM ({union}) WHERE doc_id {which} (SELECT doc_id FROM _members)"
    connection.execute(f"CREATE VIEW inputs AS {union}")
