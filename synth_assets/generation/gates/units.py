"""What gates count in: words, or characters in scripts that are written without spaces."""

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from synth_assets.filtering.repetition import CHARACTERS_PER_WORD
from synth_assets.filtering.words import UNSPACED_WORD, WORD

TEXTS_KEPT = 16
"""A text and its source are asked about by several gates in a row."""


@dataclass(frozen=True, slots=True)
class Units:
    """The words of a text, case folded; a letter of an unspaced script is a word of its own."""

    words: tuple[str, ...]
    n_unspaced: int

    @property
    def length(self) -> float:
        """In words; unspaced letters are counted as CHARACTERS_PER_WORD to the word."""
        spaced = len(self.words) - self.n_unspaced
        return spaced + self.n_unspaced / CHARACTERS_PER_WORD

    @property
    def is_unspaced(self) -> bool:
        return self.n_unspaced * 2 > len(self.words)

    def ngrams(self, n_words: int) -> list[tuple[str, ...]]:
        """All runs of so many words, in order, or of as much in characters."""
        n = n_words * CHARACTERS_PER_WORD if self.is_unspaced else n_words
        return list(zip(*(self.words[start:] for start in range(n)), strict=False))


@lru_cache(TEXTS_KEPT)
def units(text: str) -> Units:
    found = pl.Series([text.casefold()]).str.extract_all(WORD).explode().drop_nulls()
    n_unspaced = int(found.str.contains(UNSPACED_WORD).sum()) if len(found) else 0
    return Units(tuple(found.to_list()), n_unspaced)


def length(text: str) -> float:
    """Length of a text in words; see `Units.length`."""
    return units(text).length
