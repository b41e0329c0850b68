"""Gopher repetition statistics (Rae et al. 2021, appendix A1), shares from 0 to 1.

A line, paragraph or n-gram counts as a duplicate from its second occurrence on. N-grams are
measured by the characters of their words, as a share of all characters of the text.
"""

import polars as pl

from synth_assets.filtering.ngrams import Ints, duplicate_chars, growing, top_chars

TOP_SIZES = (2, 3, 4)
DUPLICATE_SIZES = (5, 6, 7, 8, 9, 10)

CHARACTERS_PER_WORD = 3
"""What an n-gram's size is multiplied by in scripts without spaces, where a "word" is one
character: five characters are hardly two words, and grammar alone repeats them."""

COLUMNS: dict[str, pl.DataType] = {
    "gopher_duplicate_lines": pl.Float64(),
    "gopher_duplicate_line_chars": pl.Float64(),
    "gopher_duplicate_paragraphs": pl.Float64(),
    "gopher_duplicate_paragraph_chars": pl.Float64(),
    **{f"gopher_top_{n}grams": pl.Float64() for n in TOP_SIZES},
    **{f"gopher_duplicate_{n}grams": pl.Float64() for n in DUPLICATE_SIZES},
}


def repetition(
    texts: pl.DataFrame, words: pl.DataFrame, lines: pl.DataFrame, paragraphs: pl.DataFrame
) -> pl.DataFrame:
    """COLUMNS of every document; `texts` has `doc` and `text`, the others are its tables. 0 where
    there is nothing to repeat."""
    frame = texts.select("doc")
    for part in (
        _duplicates(lines, "line"),
        _duplicates(paragraphs, "paragraph"),
        _ngrams(words, texts["text"].str.len_chars()),
    ):
        frame = frame.join(part, on="doc", how="left", maintain_order="left")
    return frame.select(pl.col(name).fill_null(0.0) for name in COLUMNS)


def _duplicates(parts: pl.DataFrame, name: str) -> pl.DataFrame:
    later = ~pl.struct("doc", name).is_first_distinct()
    chars = pl.col(name).str.len_chars()
    marked = parts.select("doc", later.alias("later"), chars.alias("chars"))
    return marked.group_by("doc").agg(
        pl.col("later").mean().alias(f"gopher_duplicate_{name}s"),
        (pl.col("chars").filter("later").sum() / pl.col("chars").sum()).alias(
            f"gopher_duplicate_{name}_chars"
        ),
    )


def _ngrams(words: pl.DataFrame, text_chars: pl.Series) -> pl.DataFrame:
    """Shares of every document, words compared as written."""
    table = words.select(
        "doc",
        pl.col("word").rank("dense").cast(pl.Int64).alias("id"),
        pl.col("word").str.len_chars().cast(pl.Int64).alias("chars"),
        "is_unspaced",
    )
    rows = []
    for part in table.partition_by("doc", maintain_order=True):
        doc = int(part["doc"][0])
        is_unspaced = part["is_unspaced"].sum() * 2 > part.height
        shares = _shares(
            part["id"].to_numpy(),
            part["chars"].to_numpy(),
            int(text_chars[doc]),
            CHARACTERS_PER_WORD if is_unspaced else 1,
        )
        rows.append({"doc": doc} | shares)
    names = [name for name in COLUMNS if name.endswith("grams")]
    schema = {"doc": words.schema["doc"]} | dict.fromkeys(names, pl.Float64())
    return pl.DataFrame(rows, schema=schema)


def _shares(words: Ints, lengths: Ints, text_chars: int, unit: int) -> dict[str, float]:
    """Shares that are not 0; an n-gram has n times `unit` of the words."""
    shares: dict[str, float] = {}
    for grams in growing(words):
        n, rest = divmod(grams.size, unit)
        if n > max(DUPLICATE_SIZES):
            break
        if rest == 0 and n in TOP_SIZES:
            shares[f"gopher_top_{n}grams"] = top_chars(grams, lengths) / text_chars
        if rest == 0 and n in DUPLICATE_SIZES:
            shares[f"gopher_duplicate_{n}grams"] = duplicate_chars(grams, lengths) / text_chars
    return shares
