"""Gopher quality rules (Rae et al. 2021, appendix A1): columns and limits.

Words are those of `words.py`; a share over nothing is null, and a rule is not judged by a null. The
mean word length is null where more than half of the words are single characters of a script
without spaces, and for the languages of OWN_WORD_LENGTH. Symbols per word are those of the more
frequent of hash sign and ellipsis. Stop words are the distinct ones found; null for a language
without a list.
"""

import polars as pl

from synth_assets.filtering.rules import Rule
from synth_assets.profile.filtering import GopherQuality

OWN_WORD_LENGTH = ["kor", "vie", "tam", "mal", "tel", "kan"]
"""Languages whose ordinary prose reaches limits that were found on English: Korean writes syllable
blocks, Vietnamese sets syllables apart, Dravidian languages join many endings to a word."""

COLUMNS: dict[str, pl.DataType] = {
    "gopher_words": pl.Int64(),
    "gopher_mean_word_length": pl.Float64(),
    "gopher_words_with_letters": pl.Float64(),
    "gopher_symbols_per_word": pl.Float64(),
    "gopher_bullet_lines": pl.Float64(),
    "gopher_ellipsis_lines": pl.Float64(),
    "gopher_stop_words": pl.Int64(),
}


def rules(limits: GopherQuality) -> list[Rule]:
    least, most = Rule.at_least, Rule.at_most
    length = "gopher_mean_word_length"
    return [
        least("gopher_min_words", "gopher_words", limits.min_words),
        most("gopher_max_words", "gopher_words", limits.max_words),
        least("gopher_min_mean_word_length", length, limits.min_mean_word_length),
        most("gopher_max_mean_word_length", length, limits.max_mean_word_length),
        most("gopher_symbols_per_word", "gopher_symbols_per_word", limits.max_symbols_per_word),
        most("gopher_bullet_lines", "gopher_bullet_lines", limits.max_bullet_lines),
        most("gopher_ellipsis_lines", "gopher_ellipsis_lines", limits.max_ellipsis_lines),
        least(
            "gopher_words_with_letters", "gopher_words_with_letters", limits.min_words_with_letters
        ),
        least("gopher_stop_words", "gopher_stop_words", limits.min_stop_words),
    ]
