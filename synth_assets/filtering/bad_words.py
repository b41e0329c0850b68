"""The attribute `bad_words`: how much of a text stands in words of its language's list.

C4 (Raffel et al. 2020) drops every page with one listed word; Dodge et al. (2021) found that this
takes texts by and about minorities away. So the share of the text counts, and lists are the user's.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import polars as pl

from synth_assets.errors import InputError
from synth_assets.filtering.attribute import Attribute
from synth_assets.filtering.list_files import digest_file, entries
from synth_assets.filtering.rules import Rule
from synth_assets.hashing import digest_json
from synth_assets.profile.filtering import BadWords, FilteringProfile

VERSION = "1"
"""Raise by hand when the same text and lists give another share."""

COLUMNS: dict[str, pl.DataType] = {"bad_word_share": pl.Float64()}
"""Share of the characters; null for a document whose language has no list."""

MAX_ENTRY_CHARS = 200

_UNSEGMENTED = ("Hans", "Hant", "Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt")
"""Scripts that put no space between words: an entry is found anywhere."""


def attribute(profile: FilteringProfile) -> Attribute:
    """Raises ProfileError for a list that is not there."""
    settings = profile.bad_words
    version = _version(settings)
    return Attribute(
        "bad_words",
        version,
        COLUMNS,
        lambda documents: measure(documents, settings, version),
        [Rule.at_most("bad_words", "bad_word_share", settings.max_share)],
        needs=("language",),
    )


def _version(settings: BadWords) -> str:
    digests = [
        [lang, digest_file(f"filtering.bad_words.lists.{lang}", path)]
        for lang, path in settings.lists.items()
    ]
    return digest_json([VERSION, digests])


def measure(documents: pl.DataFrame, settings: BadWords, version: str) -> pl.DataFrame:
    """COLUMNS of every document. Raises InputError for an unusable list."""
    share = pl.repeat(None, pl.len(), dtype=pl.Float64)
    for lang, path in settings.lists.items():
        found = pl.col("text").str.extract_all(_pattern(lang, path, version))
        letters = found.list.eval(pl.element().str.len_chars()).list.sum()
        length = pl.max_horizontal(pl.col("text").str.len_chars(), 1)
        share = pl.when(pl.col("lang") == lang).then(letters / length).otherwise(share)
    return documents.select(share.alias("bad_word_share"))


@lru_cache(maxsize=256)
def _pattern(lang: str, path: str, _version: str) -> str:
    """A regular expression in the `regex` crate's syntax, which runs in linear time."""
    words = sorted(set(_words(path)), key=lambda word: (-len(word), word))
    if not words:
        raise InputError(f"{path}: no words in it; a list has one word or phrase a line")
    either = "|".join(re.sub(r"(?:\\ )+", r"\\s+", re.escape(word)) for word in words)
    if lang.split("_")[1] in _UNSEGMENTED:
        return f"(?i)(?:{either})"
    return rf"(?i)\b(?:{either})\b"


def _words(path: str) -> Iterable[str]:
    for number, entry in entries(path):
        if len(entry) > MAX_ENTRY_CHARS:
            raise InputError(
                f"{path}, line {number}: {len(entry)} characters; a word or phrase has at most "
                f"{MAX_ENTRY_CHARS}"
            )
        yield " ".join(entry.split())
