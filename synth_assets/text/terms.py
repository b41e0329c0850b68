r"""Texts as words to count: without case, and with something to count in scripts without spaces.

Words are runs of `\w` as Polars finds them, which keeps combining marks inside a word.
"""

from collections.abc import Sequence

import polars as pl
import regex

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_RUN = regex.compile(rf"[{_UNSPACED}]+")
_TERM = rf"[{_UNSPACED}]+|[\w--[{_UNSPACED}]]+"


def terms(text: str) -> list[str]:
    """Words without case; of scripts without spaces, pairs of characters."""
    text = text.casefold()
    if text.isascii() or _RUN.search(text) is None:
        return _found(text, r"\w+")
    return [term for run in _found(text, _TERM) for term in _pairs(run)]


def all_terms(texts: Sequence[str]) -> list[list[str]]:
    """The terms of each text: in one go, which takes a fraction of the time of one by one."""
    folded = [text.casefold() for text in texts]
    found: list[list[str]] = pl.Series(folded, dtype=pl.String).str.extract_all(r"\w+").to_list()
    return [
        plain if text.isascii() or _RUN.search(text) is None else terms(text)
        for text, plain in zip(folded, found, strict=True)
    ]


def _found(text: str, pattern: str) -> list[str]:
    found: list[str] = pl.Series([text]).str.extract_all(pattern)[0].to_list()
    return found


def _pairs(run: str) -> list[str]:
    if len(run) == 1 or not _RUN.match(run):
        return [run]
    return [run[n : n + 2] for n in range(len(run) - 1)]
