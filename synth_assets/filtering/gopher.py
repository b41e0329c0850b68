"""Gopher quality statistics (Rae et al. 2021, appendix A1), one row per document.

Words are those of `words.py`; a share over nothing is null, and a rule is not judged by a null.
"""

import polars as pl

from synth_assets.filtering.stop_words import STOP_WORDS, stop_word_table

_BULLET_LINE = r"^(?:[•‣◦▪●○·∙⁃]|[-*+–—](?:\s|$))"
_ELLIPSIS = r"\.\.\.|…"
_ELLIPSIS_END = r"(?:\.\.\.|…)[\])]?$"

_OWN_WORD_LENGTH = ["kor", "vie", "tam", "mal", "tel", "kan"]
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


def quality(texts: pl.DataFrame, words: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """COLUMNS of every document.

    `texts` has `doc` (0, 1, 2, ...), `text` and `lang`; `words` and `lines` are their tables. The
    mean word length is null where more than half of the words are single characters of a script
    without spaces, and for the languages of `_OWN_WORD_LENGTH`. Symbols per word are those of the
    more frequent of hash sign and ellipsis. Stop words are the distinct ones found; null for a
    language without a list.
    """
    frame = texts.select("doc", "text", "lang")
    for part in (_of_words(words), _of_lines(lines), _stop_words(texts, words)):
        frame = frame.join(part, on="doc", how="left", maintain_order="left")
    n_words = pl.col("gopher_words").fill_null(0)
    symbols = pl.max_horizontal(
        pl.col("text").str.count_matches("#", literal=True),
        pl.col("text").str.count_matches(_ELLIPSIS),
    )
    language = pl.col("lang").str.slice(0, 3)
    return frame.select(
        n_words.cast(pl.Int64),
        pl.when(~language.is_in(_OWN_WORD_LENGTH)).then("gopher_mean_word_length"),
        "gopher_words_with_letters",
        pl.when(n_words > 0).then(symbols / n_words).alias("gopher_symbols_per_word"),
        "gopher_bullet_lines",
        "gopher_ellipsis_lines",
        pl.when(language.is_in(list(STOP_WORDS)))
        .then(pl.col("gopher_stop_words").fill_null(0).cast(pl.Int64))
        .alias("gopher_stop_words"),
    )


def _of_words(words: pl.DataFrame) -> pl.DataFrame:
    spaced = ~pl.col("is_unspaced")
    length = pl.col("word").str.len_chars()
    return words.group_by("doc").agg(
        pl.len().alias("gopher_words"),
        pl.when(spaced.mean() >= 0.5)
        .then(length.filter(spaced).mean())
        .alias("gopher_mean_word_length"),
        pl.col("word").str.contains(r"\p{L}").mean().alias("gopher_words_with_letters"),
    )


def _of_lines(lines: pl.DataFrame) -> pl.DataFrame:
    line = pl.col("line")
    return lines.group_by("doc").agg(
        line.str.contains(_BULLET_LINE).mean().alias("gopher_bullet_lines"),
        line.str.contains(_ELLIPSIS_END).mean().alias("gopher_ellipsis_lines"),
    )


def _stop_words(texts: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    languages = texts.select("doc", pl.col("lang").str.slice(0, 3).alias("language"))
    found = words.select("doc", pl.col("word").str.to_lowercase()).join(languages, on="doc")
    return (
        found.join(stop_word_table(), on=["language", "word"])
        .group_by("doc")
        .agg(pl.col("word").n_unique().alias("gopher_stop_words"))
    )
