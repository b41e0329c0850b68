"""Character n-grams of 430 languages and scripts, most of them unknown to lid.176.

Trained on the Universal Declaration of Human Rights by `deploy/make_language_model.py`. Naive Bayes
(Cavnar and Trenkle 1994 compare such n-grams by rank; Dunning 1994 by likelihood): a language's
score is the mean over the text's n-grams of log(1 + times / ALPHA), the language's own times in
NORM n-grams. What a language does not have adds nothing, so a table of a few thousand
n-grams per language is the whole model.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled

ORDERS = (3, 4, 5)
"""Lengths of the n-grams, in characters; a word's ends count as one, the space."""

BITS = 21
"""N-grams are told apart by so many bits of a hash."""

ALPHA = 0.5
"""Occurrences in NORM n-grams that the model counts as nothing known (additive smoothing)."""

NORM = 20_000
MODEL = "language/udhr.npz"

_UNUSED = re.compile("[\u0300-\u036f\u2000-\u206f\u00a0-\u00bf]+")
"""Marks that no letter holds (tones are written by some and not by others), punctuation."""

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

    def scores(self, text: str) -> tuple[NDArray[np.float64], int]:
        """Of a cleaned text (`language_sample`), by language, and how many n-grams it has."""
        hashes = ngram_hashes(text)
        totals = np.zeros(len(self.labels), dtype=np.float64)
        _add(hashes, self.starts, self.owners, self.weights, totals)
        totals *= self.step / max(1, len(hashes))
        return totals, len(hashes)


def ngram_hashes(text: str) -> NDArray[np.int64]:
    """Hashes under 2^BITS of the n-grams of all ORDERS."""
    folded = _UNUSED.sub("", unicodedata.normalize("NFC", text))
    characters = np.frombuffer(f" {folded} ".encode("utf-32-le", "replace"), dtype=np.uint32)
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
def _add(
    hashes: NDArray[np.int64],
    starts: NDArray[np.int32],
    owners: NDArray[np.uint16],
    weights: NDArray[np.uint8],
    totals: NDArray[np.float64],
) -> Whole:
    for ngram in hashes:
        for entry in range(starts[ngram], starts[ngram + 1]):
            totals[owners[entry]] += weights[entry]
