"""The best documents of a search, by the rare words in it.

FTS5's BM25 looks at every document that has one of a query's words to weigh that word, so that a
frequent word costs more than a page may take. Such words say little of a document: they choose, as
all do, but do not rank.
"""

import sqlite3
from collections.abc import Sequence

from synth_assets.explore.index.words import Term, query_of

RARE = 20_000
"""Of all batches together; a word that is in more documents is a frequent one."""

MOST_TERMS = 8
"""That rank, the first ones: a whole paragraph may be searched for."""

_MATCHES = "SELECT rowid FROM words WHERE words MATCH ?"
_BEST = f"""
SELECT bm25(words, 8.0, 2.0, 1.0) AS score, rowid FROM words
WHERE words MATCH ? AND rowid IN ({_MATCHES}) ORDER BY score, rowid LIMIT ?
"""
"""A word in the title weighs as much as eight in the text, one in the address as two."""


def best(
    connection: sqlite3.Connection, terms: Sequence[Term], rare: int, limit: int
) -> list[tuple[float, int]]:
    """Scores and places of documents of one index file that have all the terms, the lowest score
    first, which is the best. Where every word is in more than `rare` documents nothing tells them
    apart: they have no score, 0, and stand in the order of the line."""
    ranking = [term for term in terms[:MOST_TERMS] if _is_rare(connection, term, rare)]
    if not ranking:
        rows = connection.execute(f"{_MATCHES} LIMIT ?", [query_of(terms), limit])
        return [(0.0, place) for (place,) in rows]
    found = connection.execute(_BEST, [query_of(ranking), query_of(terms), limit])
    return [(score, place) for score, place in found]


def _is_rare(connection: sqlite3.Connection, term: Term, rare: int) -> bool:
    """Whether each of its words is: of a phrase of frequent words, which may be rare itself, that
    is not known before all have been looked at."""
    count = f"SELECT count(*) FROM ({_MATCHES} LIMIT ?)"
    counts = (connection.execute(count, [word, rare + 1]).fetchone()[0] for word in term.words)
    return all(number <= rare for number in counts)
