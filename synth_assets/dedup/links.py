"""Verified neighbours among texts, and the components that they make."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl

from synth_assets.dedup import matching
from synth_assets.dedup.matching import Floats, Marks
from synth_assets.dedup.meaning import cosines, link_block
from synth_assets.dedup.similarity import ShingleSets, Similarity, least_agreeing
from synth_assets.dedup.texts import OwnBatch
from synth_assets.profile.dedup import DedupProfile
from synth_assets.text.columns import Int64s

Stop = Callable[[], None]
"""Called now and then; raises where the run was asked to stop."""


@dataclass
class Links:
    """Verified pairs of text numbers. `foreign` links texts of different families, by `threshold`;
    only they make components. `kin` links texts of one family, by `family_threshold`."""

    foreign: dict[tuple[int, int], Similarity] = field(default_factory=dict)
    kin: dict[tuple[int, int], Similarity] = field(default_factory=dict)

    @staticmethod
    def put(links: dict[tuple[int, int], Similarity], pair: Iterable[int], of: Similarity) -> None:
        low, high = sorted(pair)
        links[low, high] = of


def repeated_rows(own: OwnBatch) -> Marks:
    """Which rows begin a text that shares a band with another text of the batch."""
    marks = np.zeros(len(own), dtype=bool)
    for band in own.index.texts:
        matching.mark_repeated(band, own.index.bits, marks)
    marks &= _compared(own)
    return marks


def _compared(own: OwnBatch) -> Marks:
    """The first row of each text with words; the others are it, or nothing to compare."""
    first: Marks = own.text_of == np.arange(len(own))
    return first & (own.n_shingles > 0)


def kin_candidates(own: OwnBatch, dedup: DedupProfile) -> tuple[Int64s, Int64s]:
    """Pairs of the batch's texts of one family whose signatures allow for `family_threshold`."""
    least = least_agreeing(dedup.family_threshold, own.index.minhash.shape[1])
    held = own.held_keys.sort("key", "row")
    texts = own.text_of[held["row"].to_numpy()]
    compared = _compared(own)[texts]
    texts, keys = texts[compared], held["key"].to_numpy()[compared]
    ends = np.concatenate([np.flatnonzero(np.diff(keys, prepend=-1)), [len(keys)]])
    ones, others = fill_pairs(
        lambda *room: matching.kin_pairs(texts, ends, own.index.minhash, least, *room)
    )
    low, high = np.minimum(ones, others), np.maximum(ones, others)
    pairs = pl.DataFrame({"one": low, "other": high}).unique().sort("one", "other")
    return pairs["one"].to_numpy(), pairs["other"].to_numpy()


def fill_pairs(fill: Callable[[Int64s, Int64s], int]) -> tuple[Int64s, Int64s]:
    """The pairs with which a kernel fills two arrays; it says how many there are, and is called
    again where they had no room."""
    room = 1 << 12
    while True:
        ones, others = np.empty((2, room), dtype=np.int64)
        found = fill(ones, others)
        if found <= room:
            return ones[:found], others[:found]
        room = found


class Linker:
    """Links the texts of one batch among themselves."""

    def __init__(self, own: OwnBatch, dedup: DedupProfile, stop: Stop) -> None:
        self._own = own
        self._dedup = dedup
        self._stop = stop
        self.compared = 0

    def kin(self, links: Links, pairs: tuple[Int64s, Int64s], sets: ShingleSets) -> None:
        """Verify the pairs of `kin_candidates`."""
        threshold = self._dedup.family_threshold
        for one, other in zip(*(side.tolist() for side in pairs), strict=True):
            value = self._similarity(sets, one, other, threshold)
            if value >= threshold:
                links.put(links.kin, (one, other), Similarity(value))

    def foreign(self, links: Links, sets: ShingleSets, numbers: int) -> Int64s:
        """Link wherever two components meet in a band, beside the links there are. Returns the
        component of each of the `numbers` of texts: the smallest number in it."""
        own, index = self._own, self._own.index
        parents = np.arange(numbers, dtype=np.int64)
        given = np.array(list(links.foreign), dtype=np.int64).reshape(-1, 2)
        matching.join_all(parents, given[:, 0], given[:, 1])
        ones, others = np.empty((2, len(own)), dtype=np.int64)
        values = np.empty(len(own), dtype=np.float64)
        skips = np.empty(index.bands.shape[1], dtype=np.int64)
        least = least_agreeing(self._dedup.threshold, index.minhash.shape[1])
        linked = 0
        for band in index.texts:
            self._stop()
            linked, compared = matching.link_band(
                band, index.bits, sets.slots, index.minhash, least,
                sets.hashes, sets.starts, sets.sizes, self._dedup.threshold,
                *own.families, own.copies, parents, skips, ones, others, values, linked,
            )  # fmt: skip
            self.compared += compared
        by_words = linked
        if self._dedup.semantic is not None:
            pairs = _Pairs(parents, ones, others, values)
            linked = self._like(pairs, linked, self._dedup.semantic.threshold)
        for number in range(linked):
            like = Similarity(float(values[number]), by_meaning=number >= by_words)
            links.put(links.foreign, (int(ones[number]), int(others[number])), like)
        return matching.roots(parents)

    def _like(self, pairs: "_Pairs", linked: int, threshold: float) -> int:
        """Link the texts that mean the same, behind the links there are; returns their number."""
        own = self._own
        compared, vectors = _compared(own), own.admitted.embeddings
        for first, start, block in cosines(vectors, vectors):
            self._stop()
            linked = link_block(
                block, threshold, first, start, compared, *own.families, own.copies,
                pairs.parents, pairs.ones, pairs.others, pairs.values, linked,
            )  # fmt: skip
        return linked

    def _similarity(self, sets: ShingleSets, one: int, other: int, threshold: float) -> float:
        self.compared += 1
        slots = (sets.slots[one], sets.slots[other])
        return float(matching.similarity(sets.hashes, sets.starts, sets.sizes, *slots, threshold))


class _Pairs(NamedTuple):
    """Components, and room for the links that make them."""

    parents: Int64s
    ones: Int64s
    others: Int64s
    values: Floats
