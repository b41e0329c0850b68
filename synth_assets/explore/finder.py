"""Where documents are spoken of: what a look-up answers, with an index or without one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from synth_assets.corpus.files import Files
from synth_assets.explore.tables import DROPPED, PACKED, Place, Shelf, Table
from synth_assets.takedown.corpora import FIRST
from synth_assets.takedown.entries import page_of
from synth_assets.takedown.releases import documents_taken_down

RELEASES = "releases"
LISTING = "documents.parquet"


@dataclass(frozen=True, slots=True)
class Held:
    """A release that holds a document, so often and in one of its components. `release` is its
    name and version, and the kind of a control; `withdrawn` says that a takedown marked it."""

    release: str
    component: str
    times: int
    withdrawn: bool = False


class Finder(Protocol):
    """Look-ups that lead from one document to all that belongs to it."""

    def crawls_of(self, url: str) -> list[str]:
        """Ids of the raw documents of one page, the first admitted first. Addresses are compared
        as takedowns compare them: see `takedown.entries.page_of`."""
        ...

    def members(self, roots: Sequence[str]) -> list[str]:
        """Ids of the documents that descend from the raw documents, these not among them."""
        ...

    def places(self, doc_ids: Sequence[str]) -> list[Place]:
        """Every place that speaks of the documents, in the order of batches and of the line. Of
        `packed` these are the sequences that hold tokens of them."""
        ...

    def followers(self, doc_ids: Sequence[str], limit: int) -> list[str]:
        """Ids of documents that left as duplicates of these, at most `limit` of them."""
        ...

    def releases(self, doc_ids: Sequence[str]) -> dict[str, list[Held]]:
        """The releases that hold the documents, by document."""
        ...


class Scan:
    """Answers by reading the columns of ids, of every table anew for every question."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def crawls_of(self, url: str) -> list[str]:
        wanted = page_of(url)
        host = wanted.partition("/")[0]
        found: dict[str, None] = {}
        for table in self.shelf.tables:
            if table.corpus in FIRST and table.holds_documents:
                for _, frame in self.shelf.frames(table, ["doc_id", "root_ids", "url"]):
                    lower = pl.col("url").str.to_lowercase()
                    near = frame.filter(lower.str.contains(host, literal=True))
                    for doc_id, roots, address in near.iter_rows():
                        if roots == [doc_id] and page_of(address) == wanted:
                            found[doc_id] = None
        return list(found)

    def members(self, roots: Sequence[str]) -> list[str]:
        chosen = pl.col("root_ids").list.eval(pl.element().is_in(list(roots))).list.any()
        found: dict[str, None] = {}
        for table in self.shelf.tables:
            if table.holds_documents:
                for _, frame in self.shelf.frames(table, ["doc_id", "root_ids"]):
                    found |= dict.fromkeys(frame.filter(chosen)["doc_id"])
        return [doc_id for doc_id in found if doc_id not in set(roots)]

    def places(self, doc_ids: Sequence[str]) -> list[Place]:
        return [place for table in self.shelf.tables for place in self._places(table, doc_ids)]

    def _places(self, table: Table, doc_ids: Sequence[str]) -> Iterator[Place]:
        for first, runs in runs_of(self.shelf, table):
            for doc_id, row, count in runs.filter(pl.col("doc_id").is_in(doc_ids)).iter_rows():
                yield Place(doc_id, table, first + row, count)

    def followers(self, doc_ids: Sequence[str], limit: int) -> list[str]:
        found: dict[str, None] = {}
        for table in self.shelf.tables:
            if table.sidecar == DROPPED:
                for _, frame in leads_of(self.shelf, table):
                    near = frame.filter(pl.col("lead").is_in(doc_ids))
                    found |= dict.fromkeys(near["doc_id"])
        return list(found)[:limit]

    def releases(self, doc_ids: Sequence[str]) -> dict[str, list[Held]]:
        found: dict[str, list[Held]] = {}
        files = self.shelf.store.files
        for release in releases_of(files):
            listed = read_listing(files, release).filter(pl.col("doc_id").is_in(doc_ids))
            withdrawn = is_withdrawn(files, release)
            for doc_id, component, times in listed.iter_rows():
                found.setdefault(doc_id, []).append(Held(release, component, times, withdrawn))
        return found


def runs_of(shelf: Shelf, table: Table) -> Iterator[tuple[int, pl.DataFrame]]:
    """`doc_id`, `row`, `count` of every run of rows of one document, a row group at a time with
    the number of its first row; of `packed`, of every span. None of the other tables of `packed`.
    """
    if table.corpus == PACKED and table.sidecar:
        return
    column = "spans" if table.corpus == PACKED else "doc_id"
    for first, frame in shelf.frames(table, [column]):
        if column == "spans":
            spans = frame.with_row_index("row").explode("spans").drop_nulls("spans")
            ids = spans.select(pl.col("spans").struct.field("doc_id"), "row").unique(
                maintain_order=True
            )
            yield first, ids.with_columns(count=1)
        else:
            runs = frame.with_row_index("row").with_columns(run=pl.col("doc_id").rle_id())
            grouped = runs.group_by("run", maintain_order=True)
            yield first, grouped.agg(pl.first("doc_id", "row"), count=pl.len()).drop("run")


def leads_of(shelf: Shelf, table: Table) -> Iterator[tuple[int, pl.DataFrame]]:
    """`doc_id`, `lead` of dropped rows: the document that stays for a duplicate, by way of others
    where need be."""
    leads = ["cluster_root", "duplicate_of"] if table.corpus == "deduped" else ["duplicate_of"]
    for first, frame in shelf.frames(table, ["doc_id", *leads]):
        yield first, frame.select("doc_id", lead=pl.coalesce(leads)).drop_nulls("lead")


def releases_of(files: Files) -> list[str]:
    """Name and version of every published release, and of its controls."""
    if not files.exists(RELEASES):
        return []
    base = str(files.filesystem._strip_protocol(files.path(RELEASES))).rstrip("/")
    found = (str(path)[len(base) + 1 :] for path in files.filesystem.find(files.path(RELEASES)))
    return sorted(
        name.removesuffix(f"/{LISTING}") for name in found if name.endswith(f"/{LISTING}")
    )


def is_withdrawn(files: Files, release: str) -> bool:
    """Whether a document of the release was taken down since."""
    return documents_taken_down(files, f"{RELEASES}/{release}") > 0


def read_listing(files: Files, release: str) -> pl.DataFrame:
    """`doc_id`, `component`, `times` of every document of a release."""
    with files.open(f"{RELEASES}/{release}/{LISTING}") as stream:
        return pl.read_parquet(stream.read(), columns=["doc_id", "component", "times"])
