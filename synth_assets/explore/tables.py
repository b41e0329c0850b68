"""The tables under a root that say something of documents, and single rows of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl
import pyarrow.parquet as pq

from synth_assets.corpus.store import Corpus, Store
from synth_assets.errors import CorpusError
from synth_assets.ingest.plan import all_manifests
from synth_assets.takedown.corpora import corpora_of_documents

PACKED = "packed"
DROPPED = "dropped"
MEASURED = "attributes"
NEAR_ROWS = 250
SIDECARS = (DROPPED, MEASURED, "outcomes", "requests")


@dataclass(frozen=True, slots=True)
class Table:
    """A corpus of one batch, or one of its sidecars; `file` is its name under the root."""

    corpus: str
    batch: str
    file: str
    sidecar: str = ""

    @property
    def holds_documents(self) -> bool:
        """Whether its rows are whole documents, kept or dropped."""
        return self.corpus != PACKED and self.sidecar in ("", DROPPED)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is spoken of: `count` rows of a table from row `first` on."""

    doc_id: str
    table: Table
    first: int
    count: int = 1


class Shelf:
    """All tables of a store. What there is is looked up once, when it is first asked for."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @cached_property
    def corpora(self) -> list[str]:
        """In the order of the line, also what no profile makes any more."""
        return [*corpora_of_documents(self.store.files), PACKED]

    @cached_property
    def published(self) -> dict[str, list[str]]:
        """The corpora of every batch. Names of files tell them: none is opened."""
        found: dict[str, list[str]] = {}
        for corpus in self.corpora:
            for batch in self.store.batches(corpus):
                found.setdefault(batch, []).append(corpus)
        return {batch: found[batch] for batch in in_order(self.store, found)}

    @cached_property
    def batches(self) -> dict[str, list[Table]]:
        """The tables of every batch, which the footers name."""
        return {
            batch: [
                table
                for corpus in corpora
                for table in tables_of(self.store.open(corpus, batch, lawful=False))
            ]
            for batch, corpora in self.published.items()
        }

    @property
    def tables(self) -> Iterator[Table]:
        return (table for tables in self.batches.values() for table in tables)

    @cached_property
    def input_files(self) -> dict[tuple[str, str], str]:
        """Addresses of the input files by batch and name."""
        manifests = all_manifests(self.store)
        return {(item.key, file.name): file.path for item in manifests for file in item.files}

    def open(self, table: Table) -> Corpus:
        return self.store.open(table.corpus, table.batch, lawful=False)

    def frames(
        self, table: Table, columns: Sequence[str] | None = None
    ) -> Iterator[tuple[int, pl.DataFrame]]:
        """The rows, a row group at a time, each with the number of its first row."""
        corpus, first = self.open(table), 0
        wanted = list(columns) if columns else None
        frames = (
            corpus.sidecar_frames(table.sidecar, wanted) if table.sidecar else corpus.frames(wanted)
        )
        for frame in frames:
            yield first, frame
            first += frame.height

    def rows(
        self, places: Sequence[Place], columns: Sequence[str] | None
    ) -> list[tuple[Place, pl.DataFrame]]:
        """The rows at the places, with those of the columns that their tables have (None: all).
        Reads no more than the pages or row groups that they lie in.

        Raises CorpusError where a table is not there any more, or holds something else there.
        """
        groups = list(_near(places))
        try:
            frames = pl.collect_all([self._lazy(group, columns) for group in groups])
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _changed(f"a table cannot be read ({error})") from error
        found: dict[Place, pl.DataFrame] = {}
        for group, frame in zip(groups, frames, strict=True):
            for place in group:
                found[place] = frame.slice(place.first - group[0].first, place.count)
                _check(place, found[place])
        return [(place, found[place]) for place in places]

    def _lazy(self, group: Sequence[Place], columns: Sequence[str] | None) -> pl.LazyFrame:
        """The rows from the first to the last place of one table."""
        files, table, first = self.store.files, group[0].table, group[0].first
        height = max(place.first + place.count for place in group) - first
        if files.is_local:
            lazy = pl.scan_parquet(files.path(table.file))
            there = lazy.collect_schema().names()
            kept = [name for name in columns or there if name in there]
            return lazy.slice(first, height).select(kept)
        return self._row_groups(table, first, height, columns).lazy()

    def _row_groups(
        self, table: Table, first: int, height: int, columns: Sequence[str] | None
    ) -> pl.DataFrame:
        """Rows over a file system that polars does not know."""
        parts, begin = [], 0
        with self.store.files.open(table.file) as stream, pq.ParquetFile(stream) as parquet:
            there = parquet.schema_arrow.names
            kept = [name for name in columns or there if name in there]
            for group in range(parquet.num_row_groups):
                end = begin + parquet.metadata.row_group(group).num_rows
                if begin < first + height and end > first:
                    frame = pl.from_arrow(parquet.read_row_group(group, columns=kept))
                    assert isinstance(frame, pl.DataFrame)
                    low = max(first - begin, 0)
                    parts.append(frame.slice(low, first + height - begin - low))
                begin = end
        return pl.concat(parts) if parts else pl.DataFrame()


def in_order(store: Store, batches: Collection[str]) -> list[str]:
    """Batches in the order of admission; those that were never planned come last."""
    planned = [manifest.key for manifest in all_manifests(store)]
    return [*(key for key in planned if key in batches), *sorted(set(batches) - set(planned))]


def _near(places: Sequence[Place]) -> Iterator[list[Place]]:
    """Places of one table that lie near enough to each other to be read together: whatever is read
    of a row group costs about the same."""
    group: list[Place] = []
    for place in sorted(places, key=lambda place: (place.table.file, place.first)):
        last = group[-1] if group else place
        if group and (place.table != last.table or place.first > last.first + NEAR_ROWS):
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _check(place: Place, frame: pl.DataFrame) -> None:
    ids = frame["doc_id"].to_list() if "doc_id" in frame.columns else [place.doc_id]
    if frame.height != place.count or set(ids) != {place.doc_id}:
        raise _changed(f"{place.table.file} has another document in row {place.first}")


def tables_of(corpus: Corpus) -> list[Table]:
    """The corpus itself and its sidecars about documents, as far as its footer names them."""
    own = Table(corpus.name, corpus.batch, corpus.file)
    root = f"{corpus.files.root}/"
    beside = [
        Table(corpus.name, corpus.batch, corpus.sidecar_path(name).removeprefix(root), name)
        for name in SIDECARS
        if name in corpus.footer.sidecars
    ]
    return [own, *beside]


def _changed(what: str) -> CorpusError:
    return CorpusError(
        f"{what}: the corpora changed since they were looked through; run `synth-assets explore "
        f"index`, or start what reads them again"
    )
