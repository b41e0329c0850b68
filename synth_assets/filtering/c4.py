"""Page rules of C4 (Raffel et al. 2020, section 2.2) as statistics, one row per document.

C4 removes lines with JavaScript warnings or policy notices; a filter keeps or drops whole pages,
so their share of a page's lines is measured instead. Only lines that ask for JavaScript count:
documentation may well write about it.
"""

import polars as pl

COLUMNS: dict[str, pl.DataType] = {
    "c4_sentences": pl.Int64(),
    "c4_curly_brackets": pl.Int64(),
    "c4_lorem_ipsum": pl.Int64(),
    "c4_policy_lines": pl.Float64(),
}

_CLOSED = r"""["'”’»)\]]*"""
_SENTENCE_END = rf"[.!?…]+{_CLOSED}(?:\s|$)|[。！？｡؟۔।॥။។៕།።፧։՞]+"
"""Abbreviations count too: the rule drops pages with too few, so it errs towards keeping."""

_WITHOUT_FULL_STOP = ["Thai", "Laoo"]
_POLICY_LINE = (
    r"(?i)terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies"
    r"|\b(?:enabled?|enabling|disabled|activated?|turn on|requires?|supports?)\b.*javascript"
    r"|javascript.*\b(?:enabled?|enabling|disabled|activated?|turned o(?:n|ff)|required)\b"
)


def page_statistics(texts: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """COLUMNS of every document; `texts` has `doc`, `text` and `lang`.

    Sentences are counted by their closing punctuation; null for Thai and Lao, which have none.
    """
    policy = lines.group_by("doc").agg(
        pl.col("line").str.contains(_POLICY_LINE).mean().alias("c4_policy_lines")
    )
    text = pl.col("text")
    script = pl.col("lang").str.slice(-4)
    return texts.join(policy, on="doc", how="left", maintain_order="left").select(
        pl.when(~script.is_in(_WITHOUT_FULL_STOP))
        .then(text.str.count_matches(_SENTENCE_END).cast(pl.Int64))
        .alias("c4_sentences"),
        text.str.count_matches(r"[{}]").cast(pl.Int64).alias("c4_curly_brackets"),
        text.str.count_matches("(?i)lorem ipsum").cast(pl.Int64).alias("c4_lorem_ipsum"),
        "c4_policy_lines",
    )
