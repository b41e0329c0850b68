"""Look-ups in the index files of all batches together."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import nsmallest

import orjson

from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError
from synth_assets.explore.finder import Held, is_withdrawn, releases_of
from synth_assets.explore.index import ranking
from synth_assets.explore.index.build import sources
from synth_assets.explore.index.refresh import IndexFolder, indexed_batches
from synth_assets.explore.index.schema import open_readonly, page_key
from synth_assets.explore.index.words import terms_of
from synth_assets.explore.tables import Place, Shelf, Table, in_order

OPEN_FILES = 200
"""Index files that are open at a time: a system allows some thousand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line in a list of documents; `place` tells where the list goes on."""

    batch: str
    place: int
    doc_id: str
    title: str | None
    url: str | None
    lang: str
    kind: str
    recipe: str | None
    head: str
    value: str | None = None
    limit: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class From:
    """Where a list begins: behind this entry of this batch."""

    batch: str
    place: int


_COLUMNS = "n, d.id, d.title, d.url, d.lang, d.kind, d.recipe, d.head"


class IndexedShelf(Shelf):
    """The tables that the index files were made from; the corpora may have moved on since."""

    def __init__(self, store: Store, place: IndexFolder) -> None:
        super().__init__(store)
        self._place = place

    @cached_property
    def corpora(self) -> list[str]:
        """Also those that are gone."""
        there = Shelf(self.store).corpora
        known = (table.corpus for tables in self.batches.values() for table in tables)
        return list(dict.fromkeys((*there, *known)))

    @cached_property
    def batches(self) -> dict[str, list[Table]]:
        there = indexed_batches(self._place)
        return {batch: self._tables(batch) for batch in in_order(self.store, there)}

    def _tables(self, batch: str) -> list[Table]:
        path = self._place.files.path(self._place.batch(batch))
        with closing(open_readonly(path)) as connection:
            return list(sources(connection, batch))


class Index:
    """Implements `finder.Finder`, and finds words and dropped documents too."""

    def __init__(self, shelf: Shelf, place: IndexFolder) -> None:
        self.shelf = shelf
        self._batches = list(shelf.batches)
        self._place = place
        self._open = lru_cache(maxsize=OPEN_FILES)(self._open_file)

    def crawls_of(self, url: str) -> list[str]:
        query = "SELECT id FROM document WHERE page = ? ORDER BY n"
        return self._ids(query, page_key(url))

    def members(self, roots: Sequence[str]) -> list[str]:
        query = (
            "SELECT d.id FROM json_each(?) JOIN member m ON m.root = value "
            "JOIN document d USING (n) ORDER BY n"
        )
        found = self._ids(query, _json(roots))
        return [doc_id for doc_id in found if doc_id not in set(roots)]

    def places(self, doc_ids: Sequence[str]) -> list[Place]:
        query = (
            "SELECT d.id, source, first, count FROM json_each(?) JOIN document d ON d.id = value "
            "JOIN place USING (n) ORDER BY source, first"
        )
        found = []
        for batch in self._batches:
            connection, tables = self._at(batch)
            for doc_id, source, first, count in connection.execute(query, [_json(doc_ids)]):
                found.append(Place(doc_id, tables[source], first, count))
        return found

    def followers(self, doc_ids: Sequence[str], limit: int) -> list[str]:
        query = (
            "SELECT d.id FROM json_each(?) JOIN follower ON lead = value JOIN document d USING (n) "
            f"ORDER BY n LIMIT {int(limit)}"
        )
        return self._ids(query, _json(doc_ids))[:limit]

    def releases(self, doc_ids: Sequence[str]) -> dict[str, list[Held]]:
        query = "SELECT l.id, component, times FROM json_each(?) JOIN listing l ON l.id = value"
        found: dict[str, list[Held]] = {}
        for release in self._releases:
            connection, _ = self._open(self._place.release(release), None)
            withdrawn = is_withdrawn(self.shelf.store.files, release)
            for doc_id, component, times in connection.execute(query, [_json(doc_ids)]):
                found.setdefault(doc_id, []).append(Held(release, component, times, withdrawn))
        return found

    def entries(self, doc_ids: Sequence[str]) -> list[Entry]:
        """The documents by their ids, each once, in the order given."""
        sql = f"SELECT {_COLUMNS} FROM json_each(?) JOIN document d ON d.id = value"
        found: dict[str, Entry] = {}
        for batch in self._batches:
            connection, _ = self._at(batch)
            for row in connection.execute(sql, [_json(doc_ids)]):
                entry = Entry(batch, *row)
                found.setdefault(entry.doc_id, entry)
        return [found[doc_id] for doc_id in dict.fromkeys(doc_ids) if doc_id in found]

    def search(self, searched: str, limit: int, passed: int = 0) -> list[Entry]:
        """Documents with all the words, the best first, behind the first `passed` ones; see
        `words.terms_of` and `ranking.best`."""
        terms = terms_of(searched)
        if not terms:
            return []
        rare = ranking.RARE // max(1, len(self._batches))
        found = [
            (score, number, batch, place)
            for number, batch in enumerate(self._batches)
            for score, place in ranking.best(self._at(batch)[0], terms, rare, passed + limit)
        ]
        best = nsmallest(passed + limit, found)[passed:]
        return self._entries_at([(batch, place) for _, _, batch, place in best])

    def _entries_at(self, places: Sequence[tuple[str, int]]) -> list[Entry]:
        """In the order given."""
        sql = f"SELECT {_COLUMNS} FROM json_each(?) JOIN document d ON n = value"
        found: dict[tuple[str, int], Entry] = {}
        for batch in {batch for batch, _ in places}:
            wanted = orjson.dumps([place for where, place in places if where == batch]).decode()
            for row in self._at(batch)[0].execute(sql, [wanted]):
                found[batch, row[0]] = Entry(batch, *row)
        return [found[place] for place in places]

    def dropped(
        self, corpus: str, reason: str, limit: int, start: From | None = None, batch: str = ""
    ) -> list[Entry]:
        """Documents that one corpus dropped for one reason or, where it is empty, for any; of one
        batch or of all."""
        chosen = (corpus, reason) if reason else (corpus,)
        sql = (
            f"SELECT {_COLUMNS}, l.value, l.allowed, l.reason FROM source s "
            "JOIN departure l ON l.source = s.number JOIN document d USING (n) "
            f"WHERE s.corpus = ? {'AND l.reason = ?' if reason else ''} AND n > ? "
            "GROUP BY n ORDER BY n LIMIT ?"
        )
        begin = start or (From(batch, 0) if batch else None)
        return self._list(begin, limit, lambda place: (sql, (*chosen, place)), batch)

    def _list(
        self,
        start: From | None,
        limit: int,
        query: Callable[[int], tuple[str, tuple[object, ...]]],
        only: str = "",
    ) -> list[Entry]:
        found: list[Entry] = []
        for batch, place in self._from(start):
            if len(found) >= limit or (only and batch != only):
                break
            connection, _ = self._at(batch)
            sql, values = query(place)
            rows = connection.execute(sql, (*values, limit - len(found)))
            found += [Entry(batch, *row) for row in rows]
        return found

    def _from(self, start: From | None) -> Iterator[tuple[str, int]]:
        """The batches of a list, each with the place that it begins behind."""
        first = self._batches.index(start.batch) if start and start.batch in self._batches else 0
        for number, batch in enumerate(self._batches[first:]):
            yield batch, start.place if start and not number else 0

    def _ids(self, query: str, value: object) -> list[str]:
        found: dict[str, None] = {}
        for batch in self._batches:
            connection, _ = self._at(batch)
            found |= dict.fromkeys(row[0] for row in connection.execute(query, [value]))
        return list(found)

    @property
    def _releases(self) -> list[str]:
        there = releases_of(self.shelf.store.files)
        return [name for name in there if self._place.files.exists(self._place.release(name))]

    def _at(self, batch: str) -> tuple[sqlite3.Connection, Sequence[Table]]:
        """Raises CorpusError where the file is gone since, as a takedown removes it."""
        name = self._place.batch(batch)
        if not self._place.files.exists(name):
            raise CorpusError(
                f"the index of batch {batch} was removed; run `synth-assets explore index`, or "
                f"start the explorer again"
            )
        return self._open(name, batch)

    def _open_file(
        self, name: str, batch: str | None
    ) -> tuple[sqlite3.Connection, Sequence[Table]]:
        connection = open_readonly(self._place.files.path(name))
        return connection, sources(connection, batch) if batch else []


def _json(values: Sequence[str]) -> str:
    return orjson.dumps(list(values)).decode()
