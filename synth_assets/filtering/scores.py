"""Every score of a document, measured once; the rules decide over these columns afterwards."""

from collections.abc import Iterator

import polars as pl

from synth_assets.filtering import c4, gopher, repetition
from synth_assets.filtering.language import identify
from synth_assets.filtering.words import line_table, paragraph_table, word_table

COLUMNS: dict[str, pl.DataType] = {
    "lang_confidence": pl.Float64(),
    **gopher.COLUMNS,
    **repetition.COLUMNS,
    **c4.COLUMNS,
}

_MARKS = r"(?m)^(?:#{1,6} |```\w*$)"
"""Headings and fences as ingest writes them; the published rules count the symbols of a page."""

SLICE_BYTES = 4 << 20
"""Text measured at a time: the tables of words and lines take some ten times as much memory."""


def score(frame: pl.DataFrame) -> pl.DataFrame:
    """The documents with `lang` and COLUMNS set, in the same order. `lang_hint`, where there is
    one, is the language that the input declared."""
    declared = frame["lang_hint"] if "lang_hint" in frame.columns else [None] * frame.height
    identified = [
        identify(text, hint)
        for text, hint in zip(frame["text"].fill_null(""), declared, strict=True)
    ]
    frame = frame.with_columns(
        pl.Series("lang", [lang for lang, _ in identified], dtype=pl.String),
        pl.Series("lang_confidence", [share for _, share in identified], dtype=pl.Float64),
    )
    text = pl.col("text").fill_null("").str.replace_all(_MARKS, "")
    texts = frame.select(text, "lang").with_row_index("doc")
    words, lines = word_table(texts["text"]), line_table(texts["text"])
    paragraphs = paragraph_table(texts["text"])
    return pl.concat(
        [
            frame,
            gopher.quality(texts, words, lines),
            repetition.repetition(texts, words, lines, paragraphs),
            c4.page_statistics(texts, lines),
        ],
        how="horizontal",
    )


def slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The frame in pieces of about 4 MB of text, in order."""
    ends = frame["text"].fill_null("").str.len_bytes().cum_sum() // SLICE_BYTES
    start = 0
    for length in ends.rle().struct.field("len"):
        yield frame.slice(start, length)
        start += length
