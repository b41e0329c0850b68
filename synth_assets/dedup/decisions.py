"""Decisions on a whole batch: columns where no family is involved, the Judge where one is."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.schema import DROPPED, Schema
from synth_assets.dedup.judging import (
    FIRST_STAYS,
    REPLACING,
    Judge,
    Verdict,
    rule_of,
    same_page,
    superseded,
)
from synth_assets.dedup.links import Links
from synth_assets.dedup.similarity import Similarity
from synth_assets.dedup.texts import OwnBatch, Sighting, Text
from synth_assets.profile.dedup import DedupProfile
from synth_assets.text.columns import Int64s

VERDICTS: Schema = {
    "doc_id": pl.String(),
    **DROPPED,
    "similarity": pl.Float64(),
    # the document that stays for this one, or left for another one in turn
    "stands_for": pl.String(),
}

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Decisions:
    """What links and families say about the documents of a batch.

    `known` holds every text that an earlier document is part of, by number; `roots` says of every
    text number which component it is of. Components in which nobody is kin are judged by columns,
    in which a million copies take no object each: the first place stays, a copy points to the
    first document of its text, a near copy to its earliest neighbour.
    """

    own: OwnBatch
    known: Mapping[int, Text]
    links: Links
    roots: Int64s
    dedup: DedupProfile
    # of documents of the batch the earlier version of the same page, whose text is known too
    versions: Mapping[str, Sighting]

    def verdicts(self) -> pl.DataFrame:
        """One row (VERDICTS) per document that leaves, earlier ones among them."""
        judged = Judge(self._tied, self.links, self.roots, self.dedup).run()
        plain = self._plain()
        left = {*plain["doc_id"], *judged}
        judged |= self._same_pages(left)
        left |= judged.keys()
        judged |= superseded(self._replacing(), set(self._doc_ids), left)
        found = pl.concat([plain, _frame(judged)])
        return pl.concat([found, self._too_many(found["doc_id"])])

    def _too_many(self, left: pl.Series) -> pl.DataFrame:
        """Children that stay beside a parent, beyond those that one recipe may have there."""
        most = self.dedup.children_per_parent
        group = ["corpus", "parent_ids"]
        staying = self.own.rows.filter(
            (pl.col("relation") == "adds") & ~pl.col("doc_id").is_in(left.implode())
        )
        counted = staying.with_columns(
            number=pl.int_range(1, pl.len() + 1).over(group),
            first=pl.col("doc_id").first().over(group),
        )
        return counted.filter(pl.col("number") > most).select(
            "doc_id",
            drop_reason=pl.lit("too_many_children"),
            drop_value=pl.col("number").cast(pl.String),
            drop_limit=pl.lit(f"{most} per parent and recipe"),
            duplicate_of=pl.lit(None, dtype=pl.String),
            similarity=pl.lit(None, dtype=pl.Float64),
            stands_for="first",
        )

    def _same_pages(self, left: set[str]) -> dict[str, Verdict]:
        """Pages of which an earlier version was published, or left for the document that the
        first place of its component names."""
        text_of = {
            item.doc_id: text.number for text in self.known.values() for item in text.sightings
        }
        pairs = [pair for pair in self.versions.items() if pair[0] not in left]
        numbers = np.array([text_of[item.doc_id] for _, item in pairs], dtype=np.int64)
        places = self._earliest[self.roots[numbers]]
        firsts = self._first_ids(self._text_at(places)).to_list()
        return {
            doc_id: same_page(version, version.doc_id if number in self._tied else first)
            for (doc_id, version), number, first in zip(pairs, numbers, firsts, strict=True)
        }

    def _replacing(self) -> list[tuple[str, list[str]]]:
        chosen = self.own.rows.filter(pl.col("relation").is_in(REPLACING))
        return chosen.select("doc_id", "parent_ids").rows()

    def _plain(self) -> pl.DataFrame:
        """Verdicts on the documents to which no family matters."""
        rows, texts = np.arange(len(self.own)), self.own.text_of
        earliest = self._earliest[self.roots]
        copies = (rows != texts) | (self._places[texts] < 0)
        near = ~copies & (self._places[texts] > earliest[texts])
        open_ = ~self._is_judged
        return pl.concat(
            [
                self._copies(np.flatnonzero(copies & open_)),
                self._near_copies(np.flatnonzero(near & open_)),
            ]
        )

    def _copies(self, rows: Int64s) -> pl.DataFrame:
        texts = self.own.text_of[rows]
        return pl.DataFrame({"doc_id": self._doc_ids.gather(rows)}).select(
            "doc_id",
            drop_reason=pl.lit("exact_duplicate"),
            drop_value=pl.lit("1.0000"),
            drop_limit=pl.lit(FIRST_STAYS),
            duplicate_of=self._first_ids(texts),
            similarity=pl.lit(1.0),
            stands_for=self._first_ids(self._text_at(self._earliest[self.roots[texts]])),
        )

    def _near_copies(self, rows: Int64s) -> pl.DataFrame:
        """Of first rows, whose number is their text's."""
        pairs = [self._nearest[row] for row in rows.tolist()]
        similar = [similarity for _, similarity in pairs]
        neighbours = np.array([neighbour for neighbour, _ in pairs], dtype=np.int64)
        rules = [rule_of(item, self.dedup) for item in similar]
        return pl.DataFrame({"doc_id": self._doc_ids.gather(rows)}).select(
            "doc_id",
            drop_reason=pl.Series([reason for reason, _ in rules], dtype=pl.String),
            drop_value=pl.Series([f"{item.value:.4f}" for item in similar], dtype=pl.String),
            drop_limit=pl.Series([limit for _, limit in rules], dtype=pl.String),
            duplicate_of=self._first_ids(neighbours),
            similarity=pl.Series([item.value for item in similar], dtype=pl.Float64),
            stands_for=self._first_ids(self._text_at(self._earliest[self.roots[rows]])),
        )

    @cached_property
    def _doc_ids(self) -> pl.Series:
        return self.own.rows["doc_id"]

    @cached_property
    def _earlier(self) -> list[Sighting]:
        """Documents admitted before, in precedence."""
        documents = (item for text in self.known.values() for item in text.sightings)
        now = self.own.admitted.admission
        return sorted((item for item in documents if item.admission < now), key=lambda i: i.place)

    @cached_property
    def _places(self) -> Int64s:
        """(texts,) The place of each text's first document: its row, or below 0 where it was
        admitted before; NEVER for numbers of rows that begin no text."""
        rows = np.arange(len(self.own))
        places = np.full(len(self.roots), NEVER, dtype=np.int64)
        places[: len(rows)] = np.where(self.own.text_of == rows, rows, NEVER)
        before = {item.doc_id: at for at, item in enumerate(self._earlier, -len(self._earlier))}
        for number, text in self.known.items():
            places[number] = before.get(text.first.doc_id, places[number])
        return places

    @cached_property
    def _earliest(self) -> Int64s:
        """(texts,) The first place in the component that a number stands for."""
        earliest = np.full(len(self.roots), NEVER, dtype=np.int64)
        np.minimum.at(earliest, self.roots, self._places)
        return earliest

    def _text_at(self, places: Int64s) -> Int64s:
        """Numbers of the texts whose first documents have these places."""
        by_place = np.argsort(self._places, kind="stable")
        return by_place[np.searchsorted(self._places[by_place], places)]

    def _first_ids(self, numbers: Int64s) -> pl.Series:
        """Ids of the texts' first documents."""
        earlier = pl.Series([item.doc_id for item in self._earlier], dtype=pl.String)
        return pl.concat([self._doc_ids, earlier]).gather(self._places[numbers] % self._people)

    @property
    def _people(self) -> int:
        """Documents of this batch and earlier ones: what a place is counted modulo."""
        return len(self.own) + len(self._earlier)

    @cached_property
    def _nearest(self) -> dict[int, tuple[int, Similarity]]:
        """The earliest linked text of each text, and how similar it is."""
        found: dict[int, tuple[int, Similarity]] = {}
        places = self._places
        for (one, other), similarity in self.links.foreign.items():
            for text, neighbour in ((one, other), (other, one)):
                if text not in found or places[neighbour] < places[found[text][0]]:
                    found[text] = neighbour, similarity
        return found

    @cached_property
    def _tied(self) -> dict[int, Text]:
        """The texts of components with kin in them, or linked to kin."""
        numbers = set(np.flatnonzero(np.isin(self.roots, self._tied_roots)).tolist())
        mine = self.own.texts(
            number
            for number in sorted(numbers - self.known.keys())
            if self.own.text_of[number] == number
        )
        texts = {text.number: text for text in mine}
        return texts | {number: self.known[number] for number in numbers & self.known.keys()}

    @cached_property
    def _is_judged(self) -> NDArray[np.bool_]:
        """Which rows the Judge decides on."""
        judged = np.zeros(len(self.own), dtype=bool)
        now = self.own.admitted.admission
        items = (item for text in self._tied.values() for item in text.sightings)
        judged[[item.row for item in items if item.admission == now]] = True
        return judged

    @cached_property
    def _tied_roots(self) -> Int64s:
        """Components in which a family key occurs twice, and those of linked kin."""
        linked = {number for pair in self.links.kin for number in pair}
        keys = pl.concat([self._own_keys(), self._earlier_keys()])
        repeated = keys.filter(pl.struct("root", "key").is_duplicated())["root"]
        return np.unique([*repeated, *(int(self.roots[number]) for number in linked)])

    def _own_keys(self) -> pl.DataFrame:
        """`root`, `key` of the documents that share their text or component with another."""
        roots = self.roots[self.own.text_of]
        shared = pl.Series(roots).is_duplicated() | pl.Series(
            np.isin(roots, self.roots[list(self.known)])
        )
        rows = self.own.rows.select("family", root=pl.Series(roots)).filter(shared)
        return rows.select("root", key="family").explode("key")

    def _earlier_keys(self) -> pl.DataFrame:
        now = self.own.admitted.admission
        pairs = [
            (int(self.roots[text.number]), key)
            for text in self.known.values()
            for item in text.sightings
            if item.admission < now
            for key in item.family
        ]
        return pl.DataFrame(pairs, schema={"root": pl.Int64, "key": pl.String}, orient="row")


def with_roots(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Verdicts with `cluster_root`: the document that stays, by way of others where need be."""
    left = verdicts.select("doc_id", above="stands_for")
    found = verdicts.with_columns(cluster_root="stands_for")
    while True:
        step = found.join(left, left_on="cluster_root", right_on="doc_id", how="left")
        if step["above"].null_count() == step.height:
            return found
        found = step.with_columns(cluster_root=pl.coalesce("above", "cluster_root")).drop("above")


def _frame(verdicts: Mapping[str, Verdict]) -> pl.DataFrame:
    rows: Iterable[dict[str, object]] = (
        {"doc_id": doc_id, **asdict(verdict)} for doc_id, verdict in verdicts.items()
    )
    return pl.DataFrame(list(rows), schema=dict(VERDICTS))
