"""Which index files there are, which are out of date, and those made anew."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

from synth_assets.corpus.files import Files
from synth_assets.corpus.names import corpus_file
from synth_assets.corpus.store import Store
from synth_assets.explore.finder import LISTING, RELEASES, read_listing, releases_of
from synth_assets.explore.index.build import build
from synth_assets.explore.index.schema import FORMAT, open_readonly
from synth_assets.explore.tables import Shelf
from synth_assets.hashing import digest
from synth_assets.home import Home

FOLDER = "explore"
SUFFIX = ".sqlite"
LOCK_S = 3600.0
ABOUTS = 2_000
"""Index files of which it is remembered what they were made from."""

RELEASE_LISTING = """
CREATE TABLE about (made_from TEXT NOT NULL);
CREATE TABLE listing (
    id TEXT PRIMARY KEY, component TEXT NOT NULL, times INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class IndexFolder:
    """Where the index files lie: `explore/` under the store, or in the home where its root is a
    URL. They are made from the store alone and may be removed at any time."""

    files: Files
    folder: str

    @classmethod
    def of(cls, store: Store, home: Home) -> "IndexFolder":
        if store.files.is_local:
            return cls(store.files, FOLDER)
        return cls(Files(home.path), f"{FOLDER}/{digest(store.files.root)[:12]}")

    def batch(self, key: str) -> str:
        return f"{self.folder}/batches/{key}{SUFFIX}"

    def release(self, name: str) -> str:
        return f"{self.folder}/releases/{name.replace('/', '__')}{SUFFIX}"


@dataclass
class Refreshed:
    """Names of the batches and releases whose files were made anew, and how many stayed."""

    made: list[str]
    stayed: int
    removed: int


def refresh(
    shelf: Shelf, place: IndexFolder, log: Callable[[str], None] = lambda _: None
) -> Refreshed:
    """Make what is missing or out of date, remove what is of nothing that is left. Each file
    appears whole or not at all; a run that was killed goes on where it stopped."""
    done = Refreshed([], 0, 0)
    with place.files.lock(place.folder, timeout_s=LOCK_S):
        for batch in shelf.published:
            marks, name = _marks(shelf, batch), place.batch(batch)
            known = _made_from(place.files, name)
            if known is not None and _is_fresh(shelf.store, batch, known, marks):
                _renew(place.files.path(name), known, marks)
                done.stayed += 1
                continue
            _make_batch(shelf, place, batch, marks, log)
            done.made.append(batch)
        for release in releases_of(shelf.store.files):
            _refresh_release(shelf, place, release, done)
        done.removed = _remove_others(shelf, place)
    return done


def out_of_date(shelf: Shelf, place: IndexFolder) -> list[str]:
    """The batches and releases that are not indexed as they are now; also those that are so far as
    their bytes go, where finding that out would take reading whole files."""
    wanted = {place.batch(batch): _marks(shelf, batch) for batch in shelf.published}
    names = {place.batch(batch): f"batch {batch}" for batch in shelf.published}
    for release in releases_of(shelf.store.files):
        wanted[place.release(release)] = _listing_mark(shelf.store.files, release)
        names[place.release(release)] = f"release {release}"
    return [
        names[file]
        for file, marks in wanted.items()
        if marks != (_made_from(place.files, file) or {}).get("marks")
    ]


def indexed_files(place: IndexFolder) -> dict[str, str]:
    """The index files that are there, each with its mark."""
    return {name: _mark(place.files, name) for name in _there(place)}


def indexed_batches(place: IndexFolder) -> list[str]:
    """The batches with an index file that can be read."""
    names = place.files.list(f"{place.folder}/batches", SUFFIX)
    readable = (name for name in names if _made_from(place.files, name) is not None)
    return [name.rsplit("/", 1)[-1].removesuffix(SUFFIX) for name in readable]


def discard(store: Store, home: Home) -> None:
    """Remove every batch's file: what was taken down must not be found in the index either."""
    place = IndexFolder.of(store, home)
    with place.files.lock(place.folder, timeout_s=LOCK_S):
        for name in place.files.list(f"{place.folder}/batches", SUFFIX):
            place.files.remove(name)


def _make_batch(
    shelf: Shelf,
    place: IndexFolder,
    batch: str,
    marks: Mapping[str, str],
    log: Callable[[str], None],
) -> None:
    name = place.batch(batch)
    versions = {
        corpus: shelf.store.open(corpus, batch, lawful=False).data_version for corpus in marks
    }
    made_from = {"format": {"tables": FORMAT}, "marks": marks, "versions": versions}
    with place.files.staging(name) as staged:
        count = build(shelf, batch, made_from, staged)
        place.files.publish(staged, name)
    log(f"batch {batch}: {count:,} documents indexed")


def _is_fresh(
    store: Store, batch: str, made_from: dict[str, dict[str, str]], marks: Mapping[str, str]
) -> bool:
    """Whether every corpus is the one that the index was made from: by size and time of change, or
    where these differ, by its data version, which takes reading it."""
    if made_from["versions"].keys() != marks.keys():
        return False
    changed = [name for name, mark in marks.items() if made_from["marks"][name] != mark]
    return all(
        store.open(name, batch, lawful=False).data_version == made_from["versions"][name]
        for name in changed
    )


def _renew(path: str, made_from: dict[str, dict[str, str]], marks: Mapping[str, str]) -> None:
    """Corpora that were copied or made again to the byte have new marks."""
    if made_from["marks"] == marks:
        return
    connection = sqlite3.connect(path)
    with connection:
        renewed = orjson.dumps(made_from | {"marks": marks}).decode()
        connection.execute("UPDATE about SET made_from = ?", [renewed])
    connection.close()


def _refresh_release(shelf: Shelf, place: IndexFolder, release: str, done: Refreshed) -> None:
    """A release's listing never changes but with its version, or when it is built again."""
    files, name = shelf.store.files, place.release(release)
    mark = _listing_mark(files, release)
    known = _made_from(place.files, name)
    if known is not None and known["marks"] == mark:
        done.stayed += 1
        return
    with place.files.staging(name) as staged:
        _write_listing(shelf, release, {"format": {"tables": FORMAT}, "marks": mark}, staged)
        place.files.publish(staged, name)
    done.made.append(f"release {release}")


def _write_listing(shelf: Shelf, release: str, made_from: object, path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.executescript(RELEASE_LISTING)
        rows = read_listing(shelf.store.files, release).sort("doc_id").iter_rows()
        connection.executemany("INSERT OR REPLACE INTO listing VALUES (?, ?, ?)", rows)
        connection.execute("INSERT INTO about VALUES (?)", [orjson.dumps(made_from).decode()])
        connection.commit()
    finally:
        connection.close()


def _made_from(files: Files, name: str) -> dict[str, dict[str, str]] | None:
    """What an index file says of itself; None where it is missing, torn or of another format."""
    return _about(files.path(name), _mark(files, name)) if files.exists(name) else None


@lru_cache(maxsize=ABOUTS)
def _about(path: str, mark: str) -> dict[str, dict[str, str]] | None:
    """Read once of each state of a file, which the mark tells from others."""
    del mark
    connection = open_readonly(path)
    try:
        ((text,),) = connection.execute("SELECT made_from FROM about").fetchall()
        value: dict[str, dict[str, str]] = orjson.loads(text)
    except (sqlite3.Error, ValueError):
        return None
    finally:
        connection.close()
    return value if value.get("format") == {"tables": FORMAT} else None


def _remove_others(shelf: Shelf, place: IndexFolder) -> int:
    """Index files of batches and releases that are gone."""
    wanted = {place.batch(batch) for batch in shelf.published}
    wanted |= {place.release(release) for release in releases_of(shelf.store.files)}
    gone = [name for name in _there(place) if name not in wanted]
    for name in gone:
        place.files.remove(name)
    return len(gone)


def _there(place: IndexFolder) -> list[str]:
    folders = (f"{place.folder}/batches", f"{place.folder}/releases")
    return [name for folder in folders for name in place.files.list(folder, SUFFIX)]


def _marks(shelf: Shelf, batch: str) -> dict[str, str]:
    """Of the corpora of a batch; their footers cover the sidecars."""
    files = shelf.store.files
    return {name: _mark(files, corpus_file(name, batch)) for name in shelf.published[batch]}


def _listing_mark(files: Files, release: str) -> dict[str, str]:
    return {"listing": _mark(files, f"{RELEASES}/{release}/{LISTING}")}


def _mark(files: Files, name: str) -> str:
    """Size, time and the like of a file, digested: cheap to ask for."""
    return str(files.filesystem.ukey(files.path(name)))
