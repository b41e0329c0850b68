"""What gates count in: words, or characters in scripts that are written without spaces."""

from dataclasses import dataclass
from functools import lru_cache

import regex

from synth_assets.text.unspaced import CHARACTERS_PER_WORD

TEXTS_KEPT = 16
"""A text and its source are asked about by several gates in a row."""

# The filter's words (`filtering.words`), for one text at a time: a query of Polars costs a
# millisecond however short the text, and a translation is judged sentence by sentence.
_UNSPACED = (
    r"[[\p{Han}\p{Hiragana}\p{Katakana}\u30FC\u3005\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
    r"&&\p{L}]"
)
_LETTER = regex.compile(_UNSPACED, regex.V1)
_WORD = regex.compile(rf"{_UNSPACED}\p{{M}}*|[\w--{_UNSPACED}]+", regex.V1)
_PIECE = regex.compile(rf"{_UNSPACED}\p{{M}}*|[\S--{_UNSPACED}]+\s*|\s+", regex.V1)


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
    folded = text.casefold()
    return Units(tuple(_WORD.findall(folded)), len(_LETTER.findall(folded)))


def pieces(text: str) -> list[str]:
    """Words with what stands at them and the white space behind; joined they are the text."""
    return [found[0] for found in _PIECE.finditer(text)]


def has_words(text: str) -> bool:
    return _WORD.search(text) is not None


def length(text: str) -> float:
    """Length of a text in words; see `Units.length`."""
    return units(text).length
