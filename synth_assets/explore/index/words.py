"""Words as SQLite's FTS5 takes them, of texts and of what people search.

FTS5 breaks text at everything that is no letter, digit or mark. Scripts that put no space between
words are broken up letter by letter, and what is searched becomes a phrase: two letters of a word
are found wherever they stand together. Trigrams, the other way, find nothing shorter than three
letters, and half of the words of Chinese have two.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import regex

TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
"""Marks belong to words, as the vowel signs of Hindi and Bengali do."""

_UNSPACED = regex.compile(
    r"[[\p{Han}\p{Hiragana}\p{Katakana}\u30FC\u3005\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
    r"&&\p{L}]\p{M}*",
    regex.V1,
)
_TERM = regex.compile(r'"([^"]*)"|(\S+)')
_WORD = regex.compile(r"[\p{L}\p{N}]")
_TOKEN = regex.compile(r"[\p{L}\p{N}\p{Co}\p{M}]+")


def broken_up(text: str) -> str:
    """The text with a space around each letter of an unspaced script, and without NUL, at which
    SQLite would end it."""
    if text.isascii():
        return text.replace("\0", " ")
    return str(_UNSPACED.sub(r" \g<0> ", text)).replace("\0", " ")


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a search as an FTS5 query, and its single words as such."""

    query: str
    words: tuple[str, ...]


def terms_of(searched: str) -> list[Term]:
    """What is searched: words, phrases in double quotes as they stand, a word that ends in `*` as
    the beginning of words. What has no letter and no digit is left out."""
    parts = (match[1] or match[2] or "" for match in _TERM.finditer(searched))
    return [_term(part) for part in parts if _WORD.search(part)]


def query_of(terms: Iterable[Term]) -> str:
    """The FTS5 query for all of the terms."""
    return " ".join(term.query for term in terms)


def _term(text: str) -> Term:
    end = "*" if text.endswith("*") else ""
    spaced = broken_up(text.removesuffix("*"))
    words = [f'"{word}"' for word in _TOKEN.findall(spaced)]
    words[-1] += end
    escaped = spaced.replace('"', '""')
    return Term(f'"{escaped}"{end}', tuple(words))
