"""Gopher repetition rules (Rae et al. 2021, appendix A1): columns and limits, shares from 0 to 1.

A line, paragraph or n-gram counts as a duplicate from its second occurrence on. Characters are
shares of all characters of the text. Those of a duplicate n-gram are its words'; of the most
frequent one, the spaces between them too. 0 where there is nothing to repeat.
"""

import polars as pl

from synth_assets.filtering.rules import Rule
from synth_assets.profile.filtering import GopherRepetition

TOP_SIZES = (2, 3, 4)
DUPLICATE_SIZES = (5, 6, 7, 8, 9, 10)

COLUMNS: dict[str, pl.DataType] = {
    "gopher_duplicate_lines": pl.Float64(),
    "gopher_duplicate_line_chars": pl.Float64(),
    "gopher_duplicate_paragraphs": pl.Float64(),
    "gopher_duplicate_paragraph_chars": pl.Float64(),
    **{f"gopher_top_{n}grams": pl.Float64() for n in TOP_SIZES},
    **{f"gopher_duplicate_{n}grams": pl.Float64() for n in DUPLICATE_SIZES},
}


def rules(limits: GopherRepetition) -> list[Rule]:
    shares = {
        "gopher_duplicate_lines": limits.max_duplicate_lines,
        "gopher_duplicate_paragraphs": limits.max_duplicate_paragraphs,
        "gopher_duplicate_line_chars": limits.max_duplicate_line_chars,
        "gopher_duplicate_paragraph_chars": limits.max_duplicate_paragraph_chars,
        **_ngram_limits("gopher_top", limits.max_top_ngrams),
        **_ngram_limits("gopher_duplicate", limits.max_duplicate_ngrams),
    }
    return [Rule.at_most(column, column, limit) for column, limit in shares.items()]


def _ngram_limits(prefix: str, limits: dict[int, float]) -> dict[str, float]:
    return {f"{prefix}_{n}grams": limits[n] for n in sorted(limits)}
