"""The type of speech of a text, by its shape alone, so that it needs no model and no language.

Parmar et al. 2024 ("Data, Data Everywhere") name types by a classifier trained on labels of a
large language model; news, analysis and the like cannot be told by shape, and are not tried. The
shares and their limits are ours.
"""

import polars as pl

TYPES = ("code", "list", "dialogue", "questions", "prose")
"""In the order in which they are looked for; a text of no such shape has none."""

_BRACES = r"[{};]\s*$"
_BULLET = r"^\s*(?:[-*+•‣▪○·]|\d{1,3}[.)])\s"
_SPEAKER = (
    r"^\s*(?:[\p{Lu}\p{Lo}][\p{L}\p{M}.'’ -]{0,30}:\s|[«„“\"「『].*[»“”\"」』]?|[—–―]\s?\p{L})"
)
_QUESTION = r"[?？؟՞፧⁇][\"'”»)\]]*\s*$"
_CLOSED = r"[.!?。！？؟۔।॥።][\"'”»)\]]*\s*$"

_LEAST = {"code": 0.25, "list": 0.5, "dialogue": 0.4, "questions": 0.25, "prose": 0.5}
"""Share of the lines with a letter that have the mark of each type."""

MIN_LINES = 2
"""A single line shows prose at most, where its end is that of a sentence."""


def speech_type(text: pl.Expr) -> pl.Expr:
    """One of TYPES; null where no type's lines are enough, or none has a letter."""
    lines = text.str.split("\n").list.eval(pl.element().filter(pl.element().str.contains(r"\p{L}")))
    marks = {
        "code": _BRACES,
        "list": _BULLET,
        "dialogue": _SPEAKER,
        "questions": _QUESTION,
        "prose": _CLOSED,
    }
    count = lines.list.len()
    found = pl.lit(None, dtype=pl.String)
    for name in reversed(TYPES):
        of_type = lines.list.eval(pl.element().str.contains(marks[name])).list.sum()
        enough = (of_type >= _LEAST[name] * count) & (of_type > 0)
        if name != "prose":
            enough &= count >= MIN_LINES
        found = pl.when(enough).then(pl.lit(name)).otherwise(found)
    return found
