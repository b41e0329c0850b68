"""All n-grams of the evaluation sets, and the documents that hold one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from synth_assets.filtering.decontamination import kernel
from synth_assets.filtering.decontamination.items import Item, read_items
from synth_assets.filtering.decontamination.normal import tables, words
from synth_assets.filtering.decontamination.probes import Probe, probes_of
from synth_assets.profile.decontamination import Decontamination
from synth_assets.text.columns import Int64s, Texts, UInt64s

BITS_PER_KEY = 32
"""At least, of the Bloom filter in front of the keys: it lets some 3 in 1,000 others pass."""

ROOM = 1 << 16
"""Candidates that the kernel may find before they are verified."""

_WORD = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Found:
    """An item in a document, and the words that gave it away."""

    item: Item
    words: str


@dataclass(frozen=True)
class EvaluationIndex:
    """The n-grams of `items`; `too_short` are those of them that have none.

    Probe i is one of item number `item_of[i]`. Place p of `keys`, which are sorted, is that of the
    n-gram of `probes[owners[p]]` that begins with its word number `begins[p]`.
    """

    items: Sequence[Item]
    too_short: Sequence[Item]
    probes: Sequence[Probe]
    item_of: Sequence[int]
    keys: UInt64s
    owners: Int64s
    begins: Int64s

    @classmethod
    def build(cls, items: Sequence[Item], ngram: int, short_ngram: int) -> "EvaluationIndex":
        probes_by_item = [probes_of(item, ngram, short_ngram) for item in items]
        probes = [probe for found in probes_by_item for probe in found]
        too_short = [item for item, found in zip(items, probes_by_item, strict=True) if not found]
        item_of = [number for number, found in enumerate(probes_by_item) for _ in found]
        keys, owners, begins = _ngrams(probes)
        order = np.argsort(keys, kind="stable")
        places = keys[order], owners[order], begins[order]
        return cls(items, too_short, probes, item_of, *places)

    def find(self, texts: pl.Series) -> list[Found | None]:
        """For each text the first item that stands in it, or None; a null text holds nothing."""
        if not len(self.keys):
            return [None] * len(texts)
        found: list[Found | None] = []
        for number, candidates in enumerate(self._candidates(texts)):
            found.append(self._verify(texts[number], candidates) if len(candidates) else None)
        return found

    def _candidates(self, texts: pl.Series) -> Iterator[Int64s]:
        """(candidates, 2) of each text: the number of an n-gram's last word, and its place."""
        column = Texts.of(texts.fill_null("").to_arrow(compat_level=pl.CompatLevel.oldest()))
        known, counts, first = tables(), np.zeros(len(column), dtype=np.int64), 0
        room = np.empty((ROOM, 2), dtype=np.int64)
        while first < len(column):
            last = kernel.scan(column.data, column.ends, first, known, self._sought, room, counts)
            if last == first:
                room = np.empty((2 * len(room), 2), dtype=np.int64)
            else:
                ends = np.cumsum(counts[first:last])
                yield from np.split(room[: ends[-1]], ends[:-1])
            first = last

    def _verify(self, text: str, candidates: Int64s) -> Found | None:
        """Of several items the one of which most n-grams are there: questions of one kind share
        their phrases."""
        found = words(text)
        met = Counter[int]()
        ngrams = dict[int, str]()
        for last, place in candidates.tolist():
            end = last + 1
            for at in self._places(place):
                probe, begin = self.probes[self.owners[at]], int(self.begins[at])
                ngram = tuple(found[end - probe.size : end])
                wanted = probe.words[begin : begin + probe.size]
                if ngram == wanted and probe.is_answered(found, end):
                    item = int(self.item_of[self.owners[at]])
                    met[item] += 1
                    ngrams.setdefault(item, " ".join(ngram))
        if not met:
            return None
        best = max(met, key=lambda item: (met[item], -item))
        return Found(self.items[best], ngrams[best])

    def _places(self, place: int) -> Iterator[int]:
        """All places of the key of one."""
        key = self.keys[place]
        while place < len(self.keys) and self.keys[place] == key:
            yield place
            place += 1

    @cached_property
    def _sought(self) -> kernel.Sought:
        sizes = sorted({probe.size for probe in self.probes})
        powers = [pow(kernel.BASE, size, 1 << 64) for size in sizes]
        words = max(2, BITS_PER_KEY * len(self.keys) // 64)
        shift = np.uint64(64 - words.bit_length())
        bits = np.zeros(1 << (64 - int(shift)), dtype=np.uint64)
        for lower in (self.keys, self.keys >> np.uint64(6)):
            held = np.uint64(1) << (lower & np.uint64(63))
            np.bitwise_or.at(bits, self.keys >> shift, held)
        return kernel.Sought(
            np.array(sizes, dtype=np.int64),
            np.array(powers, dtype=np.uint64),
            bits,
            shift,
            self.keys,
        )


def load_index(settings: Decontamination, version: str) -> EvaluationIndex:
    """The index of a profile's evaluation sets, built once per process for a `version`, which
    changes with the content of their files.

    Raises InputError, as `read_items` does, and ProfileError for a file that is not there.
    """
    if version not in _LOADED:
        items = [item for name, one in settings.sets.items() for item in read_items(name, one)]
        _LOADED.clear()  # one is large enough
        _LOADED[version] = EvaluationIndex.build(items, settings.ngram, settings.short_ngram)
    return _LOADED[version]


_LOADED: dict[str, EvaluationIndex] = {}


def _ngrams(probes: Sequence[Probe]) -> tuple[UInt64s, Int64s, Int64s]:
    """Keys, probes and first words of all n-grams, as the kernel would compute the keys."""
    keys, owners, begins = [], [], []
    numbers = dict[str, int]()
    for owner, probe in enumerate(probes):
        hashes = np.array([_word_hash(numbers, word) for word in probe.words], dtype=np.uint64)
        count = len(hashes) - probe.size + 1
        keys.append(_keys(hashes, probe.size))
        owners.append(np.full(count, owner, dtype=np.int64))
        begins.append(np.arange(count, dtype=np.int64))
    nothing = np.empty(0, dtype=np.int64)
    return (
        np.concatenate([nothing.astype(np.uint64), *keys]),
        np.concatenate([nothing, *owners]),
        np.concatenate([nothing, *begins]),
    )


def _keys(hashes: UInt64s, size: int) -> UInt64s:
    count = len(hashes) - size + 1
    sums = np.zeros(count, dtype=np.uint64)
    for position in range(size):
        sums = sums * np.uint64(kernel.BASE) + hashes[position : position + count]
    keys = (sums ^ (sums >> np.uint64(29)) ^ np.uint64(size)) * np.uint64(kernel.MIX)
    return keys ^ (keys >> np.uint64(32))


def _word_hash(known: dict[str, int], word: str) -> int:
    if word not in known:
        state = kernel.BASIS
        for letter in word:
            state = (state ^ ord(letter)) * kernel.PRIME & _WORD
        known[word] = state
    return known[word]
