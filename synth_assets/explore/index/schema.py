"""The tables of an index file, and how one is opened."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from synth_assets.explore.index.words import TOKENIZER
from synth_assets.hashing import digest
from synth_assets.takedown.entries import page_of

CACHE_KB = 128 << 10

TABLES = f"""
CREATE TABLE about (made_from TEXT NOT NULL);
CREATE TABLE source (
    number INTEGER PRIMARY KEY, corpus TEXT NOT NULL, file TEXT NOT NULL, sidecar TEXT NOT NULL);
-- every document once, in the order in which the line meets it; `page` is of web pages alone
CREATE TABLE document (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, page INTEGER, title TEXT, url TEXT,
    lang TEXT NOT NULL, kind TEXT NOT NULL, recipe TEXT, head TEXT NOT NULL);
CREATE TABLE member (root TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (root, n)) WITHOUT ROWID;
CREATE TABLE place (
    n INTEGER NOT NULL, source INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL);
CREATE TABLE departure (
    source INTEGER NOT NULL, reason TEXT NOT NULL, n INTEGER NOT NULL, value TEXT, allowed TEXT,
    PRIMARY KEY (source, reason, n)) WITHOUT ROWID;
-- documents that left as duplicates of `lead`, which another batch may hold
CREATE TABLE follower (lead TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (lead, n)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
    title, url, text, content = '', tokenize = "{TOKENIZER}");
"""

INDEXES = """
CREATE INDEX place_of ON place (n);
CREATE INDEX page_of ON document (page) WHERE page IS NOT NULL;
"""

FORMAT = digest("3", TABLES, INDEXES)
"""Of an index file; one of another format is made anew. The number counts changes that the tables
do not show."""

HASH_BYTES = 32 << 20
"""Of words that FTS5 keeps in memory before it writes them out in order."""


def page_key(url: str) -> int:
    """The page of an address as 63 bits; see `takedown.entries.page_of`."""
    return int(digest(page_of(url))[:16], 16) >> 1


def create(path: Path) -> sqlite3.Connection:
    """A new index file to be filled and then moved to its place: it needs no journal."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
    connection.executescript(TABLES)
    connection.execute(f"INSERT INTO words (words, rank) VALUES ('hashsize', {HASH_BYTES})")
    return connection


def open_readonly(path: str) -> sqlite3.Connection:
    """A finished index file. Threads may share it: SQLite serialises them."""
    address = f"file:{quote(path)}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, check_same_thread=False)
