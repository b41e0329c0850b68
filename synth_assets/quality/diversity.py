"""How much a made corpus repeats itself, beside the documents it was made from.

Models fall into habits: the same openings, the same turns, whatever the document. Five measures see
it, each over a sample of the batch and over its parents, with as many words of the one as of the
other in every document: counts of distinct n-grams hang on the size of the text. Of a text that
holds its parent only what is new in it counts.

Distinct n-grams are after Li et al., arXiv 1510.03055; the compression ratio, and the comparison
of several measures, after Shaib et al., arXiv 2403.00553.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth_assets.text.terms import all_terms

MOST_WORDS = 300
MOST_CHARS = 12 * MOST_WORDS
"""Of a document: habits show in its beginning, and the sample stays small."""

TOP_TRIGRAMS = 100
BUCKETS = 1 << 14
"""Of word pairs, where two texts are compared."""

Int64s = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Measure:
    """How far a made corpus may be from its parents: the ratio of the two, at least or at most, and
    a difference under which the ratio means nothing. `of_models` says that what no model wrote is
    not judged by it: the frame words of rules come again in every document."""

    name: str
    most_ratio: float | None = None
    least_ratio: float | None = None
    spare: float = 0.0
    of_models: bool = False

    def admits(self, made: float, parents: float) -> bool:
        if abs(made - parents) <= self.spare:
            return True
        if self.least_ratio is not None and made < self.least_ratio * parents:
            return False
        return self.most_ratio is None or made <= self.most_ratio * parents

    @property
    def limit(self) -> str:
        if self.least_ratio is not None:
            return f"at least {self.least_ratio:g} of the parents'"
        return f"at most {self.most_ratio:g} times the parents'"


MEASURES = (
    Measure("distinct_1", least_ratio=0.5),
    Measure("distinct_2", least_ratio=0.55),
    Measure("distinct_3", least_ratio=0.6),
    Measure("compression_ratio", most_ratio=1.6),
    Measure("self_similarity", most_ratio=3.0, spare=0.05, of_models=True),
    Measure("top_trigram_share", most_ratio=3.0, spare=0.05, of_models=True),
)
"""The limits are ours."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A measure of both corpora."""

    measure: Measure
    made: float
    parents: float
    is_judged: bool = True

    @property
    def admitted(self) -> bool:
        return not self.is_judged or self.measure.admits(self.made, self.parents)


def compare(pairs: Sequence[tuple[str, str]], *, by_rules: bool = False) -> list[Compared]:
    """The measures of made texts and their parents' texts, in pairs."""
    ids: dict[str, int] = {}
    made: list[Int64s] = []
    parents: list[Int64s] = []
    new_words = all_terms([new_in(text, parent)[:MOST_CHARS] for text, parent in pairs])
    old_words = all_terms([parent[:MOST_CHARS] for _, parent in pairs])
    for new, old in zip(new_words, old_words, strict=True):
        length = min(len(new), len(old), MOST_WORDS)
        made.append(_numbered(new[:length], ids))
        parents.append(_numbered(old[:length], ids))
    ours, theirs = measures(made, ids), measures(parents, ids)
    return [
        Compared(one, ours[one.name], theirs[one.name], not (by_rules and one.of_models))
        for one in MEASURES
    ]


def new_in(text: str, parent: str) -> str:
    """The lines that the parent does not have; all of the text where it has every line."""
    known = set(parent.splitlines())
    return "\n".join(line for line in text.splitlines() if line not in known) or text


def measures(texts: Sequence[Int64s], ids: Mapping[str, int]) -> dict[str, float]:
    """By name, of texts as numbers of their words. The similarity of two texts is the cosine of
    their sets of word pairs, and the corpus's the mean over all pairs of texts."""
    grams = {n: _n_grams(texts, n, len(ids)) for n in (1, 2, 3)}
    distinct = {
        f"distinct_{n}": _share(np.unique(found).size, found.size) for n, found in grams.items()
    }
    _, counts = np.unique(grams[3], return_counts=True)
    most = np.sort(counts)[-TOP_TRIGRAMS:].sum()
    return distinct | {
        "compression_ratio": _compression_ratio(texts, list(ids)),
        "self_similarity": _self_similarity(texts, len(ids)),
        "top_trigram_share": _share(int(most), grams[3].size),
    }


def _numbered(words: Sequence[str], ids: dict[str, int]) -> Int64s:
    return np.array([ids.setdefault(word, len(ids)) for word in words], dtype=np.int64)


def _n_grams(texts: Sequence[Int64s], n: int, n_words: int) -> Int64s:
    """A number for each n-gram, none over the border of two texts; three of 2 million words fit."""
    found = [np.zeros(0, dtype=np.int64)]
    for text in texts:
        gram = np.zeros(max(0, text.size - n + 1), dtype=np.int64)
        for place in range(n):
            gram = gram * n_words + text[place : place + gram.size]
        found.append(gram)
    return np.concatenate(found)


def _compression_ratio(texts: Sequence[Int64s], words: Sequence[str]) -> float:
    raw = "\n".join(" ".join([words[n] for n in text.tolist()]) for text in texts).encode()
    return _share(len(raw), len(zlib.compress(raw)))


def _self_similarity(texts: Sequence[Int64s], n_words: int) -> float:
    """The mean off the diagonal of the matrix of cosines, by its sum: the matrix itself is never
    built."""
    total = np.zeros(BUCKETS)
    n = 0
    for text in texts:
        pairs = np.flatnonzero(np.bincount(_n_grams([text], 2, n_words) % BUCKETS))
        if pairs.size:
            total[pairs] += 1 / np.sqrt(pairs.size)
            n += 1
    return _share(float(total @ total) - n, n * (n - 1))


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0
