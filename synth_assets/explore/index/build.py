"""One batch looked through from end to end, for its index file."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import orjson
import polars as pl

from synth_assets.explore.finder import leads_of, runs_of
from synth_assets.explore.index.schema import INDEXES, create, page_key
from synth_assets.explore.index.words import broken_up
from synth_assets.explore.tables import DROPPED, MEASURED, Shelf, Table

AT_ONCE = 5_000
"""Documents that are Python objects at a time; a row group of about 64 MB is in memory too."""

HEAD_CHARS = 240
VALUE_CHARS = 200
"""What a list shows of a text, and of what a rule measured."""

NEW = ["doc_id", "root_ids", "title", "url", "lang", "kind", "recipe", "text"]


def build(shelf: Shelf, batch: str, made_from: object, path: Path) -> int:
    """Write the index file of a batch; returns how many documents it holds. `made_from` tells it
    from one that is out of date."""
    connection = create(path)
    try:
        tables = shelf.batches[batch]
        connection.execute("BEGIN")
        for number, table in enumerate(tables):
            row = (number, table.corpus, table.file, table.sidecar)
            connection.execute("INSERT INTO source VALUES (?, ?, ?, ?)", row)
            if table.holds_documents:
                _add_documents(connection, shelf, table)
        for table in tables:
            if table.sidecar == MEASURED:
                _add_languages(connection, shelf, table)
        for number, table in enumerate(tables):
            _add_places(connection, shelf, table, number)
            if table.sidecar == DROPPED and table.holds_documents:
                _add_departures(connection, shelf, table, number)
        connection.execute("INSERT INTO about VALUES (?)", [orjson.dumps(made_from).decode()])
        connection.execute("COMMIT")
        connection.executescript(INDEXES)
        return int(connection.execute("SELECT count(*) FROM document").fetchone()[0])
    finally:
        connection.close()


def _add_documents(connection: sqlite3.Connection, shelf: Shelf, table: Table) -> None:
    """Those that no table before this one had. Texts are read where there are such."""
    new: dict[int, pl.Series] = {}
    for first, frame in shelf.frames(table, ["doc_id"]):
        known = _known(connection, frame["doc_id"])
        if len(known) < frame.height:
            new[first] = frame["doc_id"].is_in(known)
    if not new:
        return
    for first, frame in shelf.frames(table, NEW):
        if first in new:
            for part in frame.filter(~new[first]).iter_slices(AT_ONCE):
                _insert(connection, part.unique("doc_id", keep="first", maintain_order=True))


def _add_languages(connection: sqlite3.Connection, shelf: Shelf, table: Table) -> None:
    """A page has no language until the filter looks at it."""
    for _, frame in shelf.frames(table, ["lang", "doc_id"]):
        rows = frame.select("lang", "doc_id").iter_rows()
        connection.executemany("UPDATE document SET lang = ? WHERE id = ?", rows)


def _known(connection: sqlite3.Connection, ids: pl.Series) -> list[str]:
    wanted = orjson.dumps(ids.to_list()).decode()
    rows = connection.execute(
        "SELECT document.id FROM document JOIN json_each(?) ON document.id = value", [wanted]
    )
    return [row[0] for row in rows]


def _insert(connection: sqlite3.Connection, frame: pl.DataFrame) -> None:
    (last,) = connection.execute("SELECT coalesce(max(n), 0) FROM document").fetchone()
    documents, words, members = [], [], []
    for n, row in enumerate(frame.select(NEW).iter_rows(), start=last + 1):
        doc_id, roots, title, url, lang, kind, recipe, text = row
        is_page = roots == [doc_id]
        page = page_key(url) if url and is_page else None
        head = " ".join(text[: 2 * HEAD_CHARS].split())[:HEAD_CHARS]
        documents.append((n, doc_id, page, title, url, lang, kind, recipe, head))
        words.append((n, broken_up(title or ""), url if is_page else "", broken_up(text)))
        members += [(root, n) for root in dict.fromkeys(roots) if root != doc_id]
    connection.executemany("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", documents)
    connection.executemany("INSERT INTO words (rowid, title, url, text) VALUES (?, ?, ?, ?)", words)
    connection.executemany("INSERT INTO member VALUES (?, ?)", members)


def _add_places(connection: sqlite3.Connection, shelf: Shelf, table: Table, number: int) -> None:
    insert = f"INSERT INTO place SELECT n, {number}, ?, ? FROM document WHERE id = ?"
    for first, runs in runs_of(shelf, table):
        rows = runs.select(pl.col("row") + first, "count", "doc_id")
        connection.executemany(insert, rows.iter_rows())


def _add_departures(
    connection: sqlite3.Connection, shelf: Shelf, table: Table, number: int
) -> None:
    insert = (
        f"INSERT OR IGNORE INTO departure SELECT {number}, ?, n, substr(?, 1, {VALUE_CHARS}), ? "
        "FROM document WHERE id = ?"
    )
    for _, frame in shelf.frames(table, ["drop_reason", "drop_value", "drop_limit", "doc_id"]):
        connection.executemany(insert, frame.iter_rows())
    insert = "INSERT OR IGNORE INTO follower SELECT ?, n FROM document WHERE id = ?"
    for _, frame in leads_of(shelf, table):
        connection.executemany(insert, frame.select("lead", "doc_id").iter_rows())


def sources(connection: sqlite3.Connection, batch: str) -> Sequence[Table]:
    """The tables that an index file was made from, by their numbers."""
    rows = connection.execute("SELECT corpus, file, sidecar FROM source ORDER BY number")
    return [Table(corpus, batch, file, sidecar) for corpus, file, sidecar in rows]
