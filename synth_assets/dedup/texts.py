"""Documents as judging sees them, and texts: all documents of one content hash."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.dedup.embedding import Int8s
from synth_assets.dedup.index import Index, content_keys
from synth_assets.text.columns import Int64s, UInt64s


class Seen(Protocol):
    """A batch with its signatures: a published one (`Admitted`), or plain files (`FileIndex`)."""

    @property
    def admission(self) -> int: ...

    @property
    def key(self) -> str: ...

    @property
    def index(self) -> Index: ...

    @property
    def embeddings(self) -> Int8s:
        """(rows, WIDTH), mapped; there where the profile asks for them."""
        ...

    def rows(self, numbers: Sequence[int]) -> pl.DataFrame:
        """Some rows of its signatures by their number, in precedence."""
        ...


@dataclass(frozen=True, slots=True)
class Sighting:
    """One document, where it lies and what it is related to; `row` is that of its signatures."""

    doc_id: str
    batch: str
    admission: int
    row: int
    made: bool
    corpus: str
    n_shingles: int
    family: frozenset[str]
    relation: str | None
    content_hash: str

    @property
    def place(self) -> tuple[int, int]:
        """Precedence: admission number, then natural before made, then id."""
        return self.admission, self.row

    def is_kin(self, other: "Sighting") -> bool:
        """Whether both are of one family: a natural document and what was made from it."""
        return not self.family.isdisjoint(other.family)


@dataclass
class Text:
    """All documents seen of one content hash; they are compared as one.

    `number` is the first row of a text of the batch that is judged; earlier texts are numbered
    from behind the last row. Of an earlier batch only the first document is held, and the first
    that is not its kin: whoever another one could judge, one of those two does.
    """

    number: int
    content_hash: str
    sightings: list[Sighting] = field(default_factory=list)

    @property
    def first(self) -> Sighting:
        return self.sightings[0]

    @property
    def sample(self) -> Sighting:
        """The document whose text is read: one of the newest batch, which is most surely there."""
        newest = self.sightings[-1].admission
        return next(item for item in self.sightings if item.admission == newest)

    def add(self, sightings: Iterable[Sighting]) -> None:
        known = {sighting.doc_id for sighting in self.sightings}
        self.sightings += [item for item in sightings if item.doc_id not in known]
        self.sightings.sort(key=lambda sighting: sighting.place)

    def is_kin(self, other: "Text") -> bool:
        return any(mine.is_kin(theirs) for mine in self.sightings for theirs in other.sightings)

    def is_foreign(self, other: "Text") -> bool:
        """Whether some document of each is no kin of the other: first-seen may judge them."""
        return any(not mine.is_kin(theirs) for mine in self.sightings for theirs in other.sightings)


SIGHTING_COLUMNS = [
    "row",
    "doc_id",
    "corpus",
    "family",
    "kind",
    "relation",
    "content_hash",
    "n_shingles",
]


def sighting(row: dict[str, Any], batch: Seen) -> Sighting:
    """Of a row of signatures, as `iter_rows(named=True)` gives it."""
    return Sighting(
        doc_id=row["doc_id"],
        batch=batch.key,
        admission=batch.admission,
        row=row["row"],
        made=row["kind"] != "natural",
        corpus=row["corpus"],
        n_shingles=row["n_shingles"],
        family=frozenset(row["family"]),
        relation=row["relation"],
        content_hash=row["content_hash"],
    )


@dataclass(frozen=True)
class OwnBatch:
    """The batch that is judged: `rows` of its signatures, in precedence."""

    admitted: Seen
    rows: pl.DataFrame

    def __len__(self) -> int:
        return self.rows.height

    @property
    def index(self) -> Index:
        return self.admitted.index

    @cached_property
    def text_of(self) -> Int64s:
        """(rows,) The first row of the same content hash."""
        first = pl.col("row").first().over("content_hash").cast(pl.Int64)
        return self.rows.select(first).to_series().to_numpy()

    @cached_property
    def copies(self) -> Int64s:
        """(rows,) The next row of the same text, or -1."""
        order = np.argsort(self.text_of, kind="stable")
        following = np.full(len(self), -1, dtype=np.int64)
        same = self.text_of[order[1:]] == self.text_of[order[:-1]]
        following[order[:-1][same]] = order[1:][same]
        return following

    @cached_property
    def contents(self) -> UInt64s:
        return content_keys(self.rows["content_hash"])

    @cached_property
    def n_shingles(self) -> Int64s:
        return self.rows["n_shingles"].to_numpy()

    @cached_property
    def families(self) -> tuple[Int64s, Int64s]:
        """Family keys that several rows have: row i's are `keys[starts[i] : starts[i + 1]]`."""
        held = self.held_keys
        starts = np.searchsorted(held["row"].to_numpy(), np.arange(len(self) + 1))
        return starts.astype(np.int64), held["key"].to_numpy().astype(np.int64)

    @cached_property
    def held_keys(self) -> pl.DataFrame:
        """`row`, `key`: numbers of the family keys that several rows have, sorted."""
        return (
            self.rows.select("row", key="family")
            .explode("key")
            .filter(pl.col("key").is_duplicated())
            .with_columns(pl.col("key").rank("dense").cast(pl.Int64), pl.col("row").cast(pl.Int64))
            .sort("row", "key")
        )

    def telling_rows(self, number: int) -> list[int]:
        """Of a text, by its first row: that, the rows that may be kin of others, and the first
        that is not; whoever a further copy could judge, that one does."""
        starts, _ = self.families
        rows = [number]
        lonely = False
        row = number
        while row >= 0:
            has_family = starts[row] < starts[row + 1] or self._is_made[row]
            if row != number and (has_family or not lonely):
                rows.append(row)
            lonely |= not has_family
            row = int(self.copies[row])
        return rows

    @cached_property
    def _is_made(self) -> NDArray[np.bool_]:
        return (self.rows["kind"] != "natural").to_numpy()

    def texts(self, numbers: Iterable[int]) -> list[Text]:
        """Texts by their first rows, with their telling rows."""
        telling = {
            number: [number] if self.copies[number] < 0 else self.telling_rows(number)
            for number in numbers
        }
        chosen = self.rows[[row for rows in telling.values() for row in rows]]
        documents = (
            (row["content_hash"], sighting(row, self.admitted))
            for row in chosen.select(SIGHTING_COLUMNS).iter_rows(named=True)
        )
        made = []
        for number, rows in telling.items():
            pairs = [next(documents) for _ in rows]
            made.append(Text(number, pairs[0][0], [document for _, document in pairs]))
        return made
