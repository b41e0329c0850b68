"""Documents as judging sees them, and texts: all documents of one content hash."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl


@dataclass(frozen=True, slots=True)
class Sighting:
    """One document, where it lies and what it is related to."""

    doc_id: str
    batch: str
    admission: int
    made: bool
    corpus: str
    row_group: int
    family: frozenset[str]
    relation: str | None

    @property
    def place(self) -> tuple[int, bool, str]:
        """Precedence: admission number, natural before made, id."""
        return self.admission, self.made, self.doc_id

    def is_kin(self, other: "Sighting") -> bool:
        """Whether both are of one family: a natural document and what was made from it."""
        return not self.family.isdisjoint(other.family)


@dataclass
class Text:
    """All documents seen of one content hash; they are compared as one.

    Of an earlier batch only the first document of a row group is held, and the first that is not
    its kin: whoever another one of them could judge, one of those two does.
    """

    number: int
    content_hash: str
    n_shingles: int
    bands: tuple[int, ...]
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
        self.__dict__.pop("family", None)

    @cached_property
    def family(self) -> frozenset[str]:
        """Ids of all families that have this text."""
        return frozenset[str]().union(*(sighting.family for sighting in self.sightings))

    def is_kin(self, other: "Text") -> bool:
        return not self.family.isdisjoint(other.family)

    def is_foreign(self, other: "Text") -> bool:
        """Whether some document of each is no kin of the other: first-seen may judge them."""
        return any(not mine.is_kin(theirs) for mine in self.sightings for theirs in other.sightings)


SIGHTING_COLUMNS = (
    "doc_id",
    "corpus",
    "row_group",
    "family",
    "kind",
    "relation",
    "content_hash",
    "n_shingles",
    "bands",
)


def in_precedence(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of one batch of signatures with `made`, sorted natural before made, then by id."""
    return frame.with_columns(made=pl.col("kind") != "natural").sort("made", "doc_id")


def first_two(frame: pl.DataFrame) -> pl.DataFrame:
    """Of each content hash the first row, and the first that is of another family."""
    first_family = pl.col("family").first().over("content_hash")
    return (
        frame.with_columns(_family=first_family)
        .with_columns(_kin=pl.col("family").list.set_intersection("_family").list.len() > 0)
        .unique(["content_hash", "_kin"], keep="first", maintain_order=True)
        .drop("_family", "_kin")
    )


class Texts:
    """The texts that matter to one judgement, numbered in the order in which they are met."""

    def __init__(self) -> None:
        self._by_hash: dict[str, Text] = {}
        self._all: list[Text] = []

    def __getitem__(self, number: int) -> Text:
        return self._all[number]

    def __iter__(self) -> Iterator[Text]:
        return iter(self._all)

    def add(self, frame: pl.DataFrame, batch: str, admission: int) -> list[Text]:
        """Take in rows of `in_precedence`; returns their texts, each once, in that order."""
        met: dict[int, list[Sighting]] = {}
        for row in frame.iter_rows(named=True):
            text = self._text(row)
            met.setdefault(text.number, []).append(_sighting(row, batch, admission))
        for number, sightings in met.items():
            self._all[number].add(sightings)
        return [self._all[number] for number in met]

    def _text(self, row: dict[str, Any]) -> Text:
        text = self._by_hash.get(row["content_hash"])
        if text is None:
            text = Text(len(self._all), row["content_hash"], row["n_shingles"], tuple(row["bands"]))
            self._by_hash[text.content_hash] = text
            self._all.append(text)
        return text


def _sighting(row: dict[str, Any], batch: str, admission: int) -> Sighting:
    return Sighting(
        doc_id=row["doc_id"],
        batch=batch,
        admission=admission,
        made=row["made"],
        corpus=row["corpus"],
        row_group=row["row_group"],
        family=frozenset(row["family"]),
        relation=row["relation"],
    )
