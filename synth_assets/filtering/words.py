"""Splitting texts into words, lines and paragraphs: one long table each, over many documents.

Words are runs of Unicode word characters, combining marks included (without them, Devanagari or
vocalised Arabic falls to pieces). Scripts written without spaces are split by character, marks
kept with their letter: a fallback that needs no dictionary and that the repetition rules can use.
"""

import polars as pl

_UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\u{30FC}\u{3005}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
)
WORD = rf"[{_UNSPACED}--\P{{L}}]\p{{M}}*|[\w--[{_UNSPACED}--\P{{L}}]]+"
_PARAGRAPH = r"(?:[^\n]*\S[^\n]*(?:\n|$))+"
UNSPACED_WORD = rf"^[{_UNSPACED}]"


def word_table(texts: pl.Series) -> pl.DataFrame:
    """One row per word, in order: `doc` (row of the text), `word`, `is_unspaced`."""
    return _parts(texts, pl.col("part").str.extract_all(WORD), "word").with_columns(
        pl.col("word").str.contains(UNSPACED_WORD).alias("is_unspaced")
    )


def line_table(texts: pl.Series) -> pl.DataFrame:
    """One row per line that is not blank, white space at its ends removed: `doc`, `line`."""
    lines = _parts(texts, pl.col("part").str.split("\n"), "line")
    return lines.with_columns(pl.col("line").str.strip_chars()).filter(pl.col("line") != "")


def paragraph_table(texts: pl.Series) -> pl.DataFrame:
    """One row per paragraph (lines up to a blank one), ends trimmed: `doc`, `paragraph`."""
    return _parts(texts, pl.col("part").str.extract_all(_PARAGRAPH), "paragraph").with_columns(
        pl.col("paragraph").str.strip_chars()
    )


def _parts(texts: pl.Series, split: pl.Expr, name: str) -> pl.DataFrame:
    frame = texts.fill_null("").alias("part").to_frame().with_row_index("doc")
    split_up = frame.with_columns(split).explode("part").drop_nulls("part")
    return split_up.rename({"part": name})
