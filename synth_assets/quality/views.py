"""DuckDB in memory over Parquet: the corpora of one batch as views."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from synth_assets.corpus.store import Corpus, Store


def view_name(corpus: str) -> str:
    """A corpus's name in SQL: rewritten/faq is rewritten__faq."""
    return corpus.replace("/", "__")


@contextmanager
def batch_views(
    store: Store, corpus: Corpus, inputs: Sequence[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the views `this` (the corpus's rows in its batch), `dropped` and other
    sidecars by name, each input by its name in SQL, and `inputs`: doc_id, text, lang and n_tokens
    of all inputs together."""
    with duckdb.connect(":memory:") as connection:
        if not store.files.is_local:
            connection.register_filesystem(store.files.filesystem)
        _view(connection, "this", corpus.path)
        tables = (name for name in corpus.footer.sidecars if "." not in name)
        for sidecar in tables:
            _view(connection, sidecar, corpus.sidecar_path(sidecar))
        present = [name for name in inputs if store.has(name, corpus.batch)]
        for name in present:
            opened = store.open(name, corpus.batch, lawful=False)
            _view(connection, view_name(name), opened.path)
        _union(connection, [name for name in present if name != "signatures"])
        yield connection


def _view(connection: duckdb.DuckDBPyConnection, name: str, path: str) -> None:
    quoted = path.replace("'", "''")
    connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{quoted}')")


def _union(connection: duckdb.DuckDBPyConnection, inputs: Sequence[str]) -> None:
    columns = "doc_id, text, lang, n_tokens"
    parts = [f'SELECT {columns} FROM "{view_name(name)}"' for name in inputs]
    nothing = (
        "SELECT ''::VARCHAR AS doc_id, ''::VARCHAR AS text, ''::VARCHAR AS lang, "
        "0::BIGINT AS n_tokens WHERE false"
    )
    connection.execute("CREATE VIEW inputs AS " + " UNION ALL ".join(parts or [nothing]))
