"""Character n-grams of 430 languages and scripts, most of them unknown to lid.176.

Trained on the Universal Declaration of Human Rights by `deploy/make_language_model.py`. Naive Bayes
(Cavnar and Trenkle 1994 compare such n-grams by rank; Dunning 1994 by likelihood): a language's
score is the mean over the text's n-grams of log(1 + times / ALPHA), the language's own times in
NORM n-grams. What a language does not have adds nothing, so a table of a few thousand
n-grams per language is the whole model.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.filtering.language_sample import CodePoints
from synth_assets.filtering.rows_by_hash import Ranked, rank, row_of

ORDERS = (3, 4, 5)
"""Lengths of the n-grams, in characters; a word's ends count as one, the space."""

BITS = 21
"""N-grams are told apart by so many bits of a hash."""

ALPHA = 0.5
"""Occurrences in NORM n-grams that the model counts as nothing known (additive smoothing)."""

NORM = 20_000
MODEL = "language/udhr.npz"

DENSE = 32
"""An n-gram of so many languages or more is kept as a row of all their weights: added at once, that
takes less time than one entry after another. They are most of what a text has."""

_FACTOR = np.uint64(1_000_003)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class NgramModel:
    """`starts`, (2^BITS + 1,): where each n-gram's entries begin in `owners` (the number of a
    language in `labels`) and `weights` (in steps of `step`)."""

    labels: tuple[str, ...]
    starts: NDArray[np.int32]
    owners: NDArray[np.uint16]
    weights: NDArray[np.uint8]
    step: float

    def scores(self, codes: CodePoints) -> tuple[NDArray[np.float64], int]:
        """Of a cleaned text (`language_sample`), by language, and how many n-grams it has."""
        hashes = ngram_hashes(codes)
        totals = np.zeros(len(self.labels), dtype=np.int32)
        _add(hashes, *self._walked, totals)
        scores: NDArray[np.float64] = totals.astype(np.float64)
        scores *= self.step / max(1, len(hashes))
        return scores, len(hashes)

    @cached_property
    def _walked(self) -> "_Walked":
        """The same weights, as they are added fastest."""
        spread = np.diff(self.starts)
        present = spread.nonzero()[0]
        is_dense = spread[present] >= DENSE
        rows = np.cumsum(is_dense) - 1
        by_entry = np.repeat(np.arange(len(present)), spread[present])
        held = is_dense[by_entry]
        dense = np.zeros((int(is_dense.sum()), len(self.labels)), dtype=np.uint8)
        dense[rows[by_entry[held]], self.owners[held]] = self.weights[held]
        owners, weights = self.owners.astype(np.uint32), self.weights.astype(np.uint32)
        entries: NDArray[np.uint32] = (owners << np.uint32(8)) | weights
        entries[self.starts[present + 1] - 1] |= _LAST
        starts = np.where(
            is_dense, -1 - rows, np.cumsum(spread[present] * ~is_dense) - spread[present]
        )
        return _Walked(rank(present, 1 << BITS), starts.astype(np.int32), entries[~held], dense)


class _Walked(NamedTuple):
    """`starts`, (n-grams,), is -1 - row for an n-gram in `dense`, (rows, languages), and else where
    its first entry stands; an entry is owner * 256 + weight, with _LAST where no other follows."""

    ngrams: Ranked
    starts: NDArray[np.int32]
    entries: NDArray[np.uint32]
    dense: NDArray[np.uint8]


_LAST = np.uint32(1 << 31)


def ngram_hashes(codes: CodePoints) -> NDArray[np.int64]:
    """Hashes under 2^BITS of the n-grams of all ORDERS of a cleaned text."""
    characters = _fold(codes)
    if len(characters) < ORDERS[-1]:
        return np.zeros(0, dtype=np.int64)
    return _hashes(characters)


@cache
def load_model() -> NgramModel:
    """The bundled model."""
    with (files("synth_assets.bundled") / MODEL).open("rb") as stream, np.load(stream) as arrays:
        starts = np.zeros((1 << BITS) + 1, dtype=np.int32)
        np.cumsum(np.bincount(np.cumsum(arrays["gaps"]), minlength=1 << BITS), out=starts[1:])
        labels = tuple(bytes(arrays["labels"]).decode().split())
        return NgramModel(
            labels, starts, arrays["owners"], arrays["weights"], float(arrays["step"])
        )


def save_model(path: Any, model: NgramModel) -> None:
    """Writes what `load_model` reads: n-grams as the gaps between their sorted hashes."""
    hashes = np.repeat(np.arange(1 << BITS), np.diff(model.starts))
    np.savez_compressed(
        path,
        gaps=np.diff(hashes, prepend=0).astype(np.uint32),
        owners=model.owners,
        weights=model.weights,
        step=np.float64(model.step),
        labels=np.frombuffer(" ".join(model.labels).encode(), dtype=np.uint8),
    )


@compiled
def _hashes(characters: NDArray[np.uint32]) -> NDArray[np.int64]:
    count = len(characters)
    found = np.empty(sum([max(0, count - order + 1) for order in ORDERS]), dtype=np.int64)
    at = 0
    for start in range(count):
        value = np.uint64(0)
        for length in range(1, min(ORDERS[-1], count - start) + 1):
            value = value * _FACTOR + np.uint64(characters[start + length - 1]) + np.uint64(1)
            if length >= ORDERS[0]:
                found[at] = np.int64((value * _SPREAD) >> np.uint64(64 - BITS))
                at += 1
    return found


@compiled
def _fold(codes: CodePoints) -> CodePoints:
    """With a space at both ends, without punctuation and without marks that no letter holds: tones
    are written by some and not by others."""
    found = np.empty(len(codes) + 2, dtype=np.uint32)
    found[0], count = 0x20, 1
    for code in codes:
        if not (0x300 <= code <= 0x36F or 0x2000 <= code <= 0x206F or 0xA0 <= code <= 0xBF):
            found[count] = code
            count += 1
    found[count] = 0x20
    return found[: count + 1]


@compiled
def _add(
    hashes: NDArray[np.int64],
    ngrams: Ranked,
    starts: NDArray[np.int32],
    entries: NDArray[np.uint32],
    dense: NDArray[np.uint8],
    totals: NDArray[np.int32],
) -> Whole:
    for ngram in hashes:
        number = row_of(ngram, ngrams)
        if number < 0:
            continue
        start = starts[number]
        if start < 0:
            for owner in range(len(totals)):
                totals[owner] += np.int32(dense[-1 - start, owner])
            continue
        while True:
            entry = entries[start]
            totals[(entry & np.uint32(0x7FFFFFFF)) >> np.uint32(8)] += entry & np.uint32(0xFF)
            if entry & _LAST:
                break
            start += 1
