"""Examples for a prompt: pairs of a pool that are like the text, of good quality, never its own.

Likeness is the cosine of the texts' words weighted by how rare they are in the pool. It says little
about how much an example helps (Vilar et al. 2023, "Prompting PaLM for Translation"; Zhang et al.
2023, "Prompting Large Language Model for Machine Translation"), quality says more: so pairs under
`min_score` never are examples, and where too few pairs are alike the best of the pool fill up.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain
from pathlib import Path

import polars as pl

from synth_assets.corpus.json_lines import reading
from synth_assets.errors import InputError

_WORD = re.compile(r"\w+")

Pair = tuple[str, str]

CANDIDATES = 2000
"""Pairs whose likeness to a text is reckoned."""


@dataclass(frozen=True, slots=True)
class Example:
    """A pair of the pool, and how good it is; 0 where the pool says nothing."""

    source: str
    target: str
    score: float = 0.0


class Pool:
    """Examples in memory, found by their source's words."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._examples = sorted(examples, key=lambda one: (-one.score, one.source, one.target))
        self._words = [frozenset(_words(one.source)) for one in self._examples]
        self._places: dict[str, list[int]] = {}
        for number, words in enumerate(self._words):
            for word in words:
                self._places.setdefault(word, []).append(number)
        self._norms = [
            math.sqrt(math.fsum(self._weight(w) ** 2 for w in words)) for words in self._words
        ]

    def __len__(self) -> int:
        return len(self._examples)

    def like(self, text: str, count: int) -> list[Pair]:
        """At most so many pairs, the most alike last, where it counts most in a prompt; a pair
        whose source has the words of the text is none of them."""
        words = frozenset(_words(text))
        likeness: defaultdict[int, float] = defaultdict(float)
        for word in self._telling(words):
            for number in self._places[word]:
                likeness[number] += self._weight(word) ** 2 / self._norms[number]
        # one more for each way that the text itself may be written in the pool
        alike = nsmallest(2 * count + 8, likeness, key=lambda number: (-likeness[number], number))
        others = (number for number in range(len(self._examples)) if number not in likeness)
        chosen: list[int] = []
        for number in chain(alike, others):
            if len(chosen) == count:
                break
            if self._words[number] != words:
                chosen.append(number)
        return [(self._examples[n].source, self._examples[n].target) for n in reversed(chosen)]

    def _telling(self, words: Iterable[str]) -> Iterator[str]:
        """The text's rarest words, as many as lead to some thousand pairs: "the" leads to all, and
        tells nothing."""
        seen = 0
        for word in sorted(words, key=lambda word: (len(self._places.get(word, ())), word)):
            seen += len(self._places.get(word, ()))
            if seen > CANDIDATES:
                return
            if word in self._places:
                yield word

    def _weight(self, word: str) -> float:
        """Inverse document frequency; a word of every example has none to speak of."""
        return math.log(1 + len(self._examples) / len(self._places[word]))


def load_pool(path: str, min_score: float | None = None) -> Pool:
    """The pairs of a Parquet, JSON Lines or TSV file with the columns `source`, `target` and, if
    there is one, `score`, a number that grows with quality.

    Raises InputError with one sentence for a file that has no such columns or no pair that is good
    enough.
    """
    rows = _read(Path(path))
    for name in ("source", "target", *(["score"] if min_score is not None else [])):
        if name not in rows.columns:
            raise InputError(
                f"{path} has no column {name!r}; examples need source and target, and score where "
                f"there is a min_score (it has {', '.join(rows.columns)})"
            )
    if "score" not in rows.columns:
        rows = rows.with_columns(score=pl.lit(0.0))
    rows = rows.select("source", "target", pl.col("score").cast(pl.Float64)).drop_nulls()
    if min_score is not None:
        rows = rows.filter(pl.col("score") >= min_score)
    made = [Example(*row) for row in rows.iter_rows() if row[0].strip() and row[1].strip()]
    if not made:
        limit = "" if min_score is None else f" with a score of at least {min_score:g}"
        raise InputError(f"{path} has no example{limit}")
    return Pool(made)


def _read(path: Path) -> pl.DataFrame:
    with reading(path, lines=path.suffix == ".jsonl"):
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".jsonl":
            return pl.read_ndjson(path)
        if path.suffix == ".tsv":
            return pl.read_csv(path, separator="\t", quote_char=None)
    raise InputError(f"{path} cannot be read as examples; allowed are .parquet, .jsonl and .tsv")


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
