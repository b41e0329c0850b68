"""Shingle sets of documents, from their texts read again where they lie."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import comb
from pathlib import Path

import numpy as np

from synth_assets.dedup import sets as set_loops
from synth_assets.dedup.minhash import MinHasher
from synth_assets.dedup.texts import OwnBatch, Sighting
from synth_assets.text.columns import Int64s, Texts, UInt64s

MISS = 1e-6
"""Chance that a pair at the threshold is given up by its signature's estimate alone."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """A Jaccard similarity, or where `by_meaning` a cosine of embeddings; `exact` is off where it
    is the signatures' estimate."""

    value: float
    exact: bool = True
    by_meaning: bool = False


def least_agreeing(threshold: float, permutations: int) -> int:
    """The number of agreeing permutations below which a pair of at least the threshold's
    similarity lies with a chance of at most MISS (the lower tail of the binomial)."""
    tail, agreeing = 0.0, 0
    while agreeing < permutations:
        rest = permutations - agreeing
        tail += comb(permutations, agreeing) * threshold**agreeing * (1 - threshold) ** rest
        if tail > MISS:
            break
        agreeing += 1
    return agreeing


@dataclass(frozen=True)
class ShingleSets:
    """Sets of some rows of a batch: that in slot i has `sizes[i]` hashes from `starts[i]` on;
    `slots` leads from a row to its slot, -1 where it has none."""

    hashes: UInt64s
    starts: Int64s
    sizes: Int64s
    slots: Int64s

    def __getitem__(self, row: int) -> UInt64s:
        slot = self.slots[row]
        return self.hashes[self.starts[slot] : self.starts[slot] + self.sizes[slot]]


TextSource = Callable[[str, str, Mapping[str, str]], Iterator[tuple[list[str], Texts]]]
"""Ids and texts of a batch's corpus, (batch, corpus, content hashes by doc_id), as far as they are
there."""


def own_sets(
    source: TextSource, own: OwnBatch, rows: Int64s, hasher: MinHasher, *, scratch: Path, room: int
) -> ShingleSets:
    """Of the chosen rows, which are sorted. Sets of more than `room` bytes lie in a file that is
    removed with the process, in the folder `scratch`."""
    limits = own.n_shingles[rows]
    slots = np.full(len(own), -1, dtype=np.int64)
    slots[rows] = np.arange(len(rows))
    starts, sizes = np.zeros((2, len(rows)), dtype=np.int64)
    sets = ShingleSets(_array(int(limits.sum()), scratch, room), starts, sizes, slots)
    filled = 0
    for (corpus,), chosen in own.rows[rows].group_by("corpus", maintain_order=True):
        numbers = dict(zip(chosen["doc_id"], chosen["row"], strict=True))
        contents = dict(zip(chosen["doc_id"], chosen["content_hash"], strict=True))
        for doc_ids, texts in source(own.admitted.key, str(corpus), contents):
            found = np.array([numbers[doc_id] for doc_id in doc_ids], dtype=np.int64)
            hashes, begins, counts = hasher.shingle_sets(texts, own.n_shingles[found])
            places = filled + np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
            starts[slots[found]], sizes[slots[found]] = places[:-1], counts
            set_loops.move(hashes, begins, counts, places, sets.hashes)
            filled = int(places[-1])
    return sets


def _array(count: int, scratch: Path, room: int) -> UInt64s:
    if 8 * count <= room:
        return np.empty(count, dtype=np.uint64)
    with tempfile.TemporaryFile(dir=scratch) as file:  # has no name; freed with its last reference
        mapped = np.memmap(file, np.uint64, "w+", shape=(count,))
    return np.asarray(mapped)


class SetsOfAll:
    """Shingle sets of single documents of any batch; None where a document's text is gone. The
    `own` batch's are there. What is read of earlier ones is kept until a further one would take
    more than `room` bytes."""

    def __init__(
        self, source: TextSource, hasher: MinHasher, room: int, own: tuple[str, ShingleSets]
    ) -> None:
        self.room = room
        self._held = 0
        self._source = source
        self._hasher = hasher
        self._own_batch, self._own_sets = own
        self._sets: dict[tuple[str, str], UInt64s | None] = {}

    def __getitem__(self, item: Sighting) -> UInt64s | None:
        if item.batch == self._own_batch:
            found = self._own_sets[item.row]
            return found if len(found) else None
        return self._sets[item.batch, item.doc_id]

    def bytes_to_read(self, item: Sighting) -> int:
        """What a document's set takes at most, beside what is there."""
        return 0 if item.batch == self._own_batch else 8 * item.n_shingles

    def fetch(self, sightings: Iterable[Sighting]) -> None:
        """Read what is not known yet, each file once. All that are asked for here are there until
        the next call, whatever room they take."""
        asked = [item for item in sightings if item.batch != self._own_batch]
        if self._held + sum(map(self.bytes_to_read, asked)) > self.room:
            self._sets.clear()
            self._held = 0
        wanted: dict[tuple[str, str], dict[str, Sighting]] = defaultdict(dict)
        for item in asked:
            if (item.batch, item.doc_id) not in self._sets:
                wanted[item.corpus, item.batch][item.doc_id] = item
        for (corpus, batch), items in wanted.items():
            self._sets |= {(batch, doc_id): None for doc_id in items}
            contents = {doc_id: item.content_hash for doc_id, item in items.items()}
            for doc_ids, texts in self._source(batch, corpus, contents):
                limits = np.array([items[name].n_shingles for name in doc_ids], np.int64)
                hashes, starts, sizes = self._hasher.shingle_sets(texts, limits)
                for doc_id, start, size in zip(doc_ids, starts, sizes, strict=True):
                    self._sets[batch, doc_id] = hashes[start : start + size].copy()
                    self._held += 8 * int(size)


def jaccard(one: UInt64s, other: UInt64s) -> float:
    """Exact similarity of two sets; 0 where both are empty."""
    shared = int(set_loops.common(one, other))
    union = len(one) + len(other) - shared
    return shared / union if union else 0.0
