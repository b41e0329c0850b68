"""Translated documents with their aligned segments, as the sidecar `segments` holds them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.corpus.document import Document
from synth_assets.corpus.store import Corpus
from synth_assets.translation.stage import SEGMENTS

_PAIR = ("index", "source", "target", "start", "method")


@dataclass(frozen=True, slots=True)
class Pair:
    """One segment and its translation; `start` is where the target begins in the document's text.
    What has no words is `copied`."""

    index: int
    source: str
    target: str
    start: int
    method: str

    @property
    def copied(self) -> bool:
        return self.method == "copied"


@dataclass(frozen=True, slots=True)
class Aligned:
    """A translated document and the pairs of its text in order, without those of its title."""

    document: Document
    pairs: Sequence[Pair]

    @property
    def parent(self) -> str:
        return self.document.parent_ids[0]


def models_of(*sides: Aligned) -> str:
    """The models that wrote several documents, each once."""
    return " + ".join(dict.fromkeys(str(side.document.model) for side in sides))


def aligned(corpus: Corpus) -> Iterator[Aligned]:
    """The documents of a batch of translated/<lang>, a row group of about 64 MB at a time."""
    segments = _Segments(corpus)
    for frame in corpus.frames():
        pairs = segments.of(frame)
        for row in frame.iter_rows(named=True):
            yield Aligned(Document.from_row(row), pairs.get(row["doc_id"], []))


class _Segments:
    """The sidecar beside the documents; both are in the same order."""

    def __init__(self, corpus: Corpus) -> None:
        columns = ["doc_id", "part", *_PAIR]
        self._frames = corpus.sidecar_frames("segments", columns)
        self._waiting = pl.DataFrame(schema=SEGMENTS).select(columns)

    def of(self, documents: pl.DataFrame) -> dict[str, list[Pair]]:
        """The pairs of these documents by their id."""
        ids = documents["doc_id"].implode()
        wanted = int(documents["n_segments"].sum() or 0)
        rows = self._waiting
        while rows["doc_id"].is_in(ids).sum() < wanted:
            rows = pl.concat([rows, next(self._frames).filter(pl.col("part") == "text")])
        is_here = rows["doc_id"].is_in(ids)
        self._waiting = rows.filter(~is_here)
        made: dict[str, list[Pair]] = {}
        for doc_id, *pair in rows.filter(is_here).select("doc_id", *_PAIR).iter_rows():
            made.setdefault(doc_id, []).append(Pair(*pair))
        return made


def parents(corpus: Corpus) -> set[str]:
    """The first parent of every document of a batch."""
    return {
        parent
        for frame in corpus.frames(["parent_ids"])
        for parent in frame["parent_ids"].list.first()
    }


def matched(
    left: Corpus, key: Callable[[Aligned], str], right: Corpus, right_parents: set[str]
) -> Iterator[tuple[Aligned, Aligned | None]]:
    """Every document of `left` with the one of `right` whose parent is its key, if there is one.

    `right_parents` are those of all of `right`. Both lie in the order of their parents, so that no
    more than the documents between two partners are held.
    """
    others = aligned(right)
    waiting: dict[str, Aligned] = {}
    for one in aligned(left):
        wanted = key(one)
        if wanted not in right_parents:
            yield one, None
            continue
        while wanted not in waiting:
            other = next(others)
            waiting[other.parent] = other
        yield one, waiting.pop(wanted)


def same_segments(
    left: Sequence[Pair], right: Sequence[Pair], text: Callable[[Pair], str]
) -> Iterator[tuple[Pair, Pair]]:
    """Pairs of one document whose `left` source, or other text, is the source of one in `right`;
    the first goes with the first where a text is said again."""
    places: dict[str, list[Pair]] = {}
    for pair in reversed(right):
        places.setdefault(pair.source, []).append(pair)
    for pair in left:
        if found := places.get(text(pair)):
            yield pair, found.pop()
