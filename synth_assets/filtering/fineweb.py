"""FineWeb's own rules (Penedo et al. 2024, section 3.6, and its published code): columns, limits.

A line ends a sentence when its last character does so in some script (Unicode's Sentence_Terminal);
it is short up to 30 characters. Duplicate lines are measured as in Gopher's rules, without the line
breaks. Line breaks are counted per word.
"""

import polars as pl

from synth_assets.filtering.rules import Rule
from synth_assets.profile.filtering import FineWebRules

COLUMNS: dict[str, pl.DataType] = {
    "fineweb_punctuated_lines": pl.Float64(),
    "fineweb_short_lines": pl.Float64(),
    "fineweb_duplicate_line_chars": pl.Float64(),
    "fineweb_newlines_per_word": pl.Float64(),
}


def rules(limits: FineWebRules) -> list[Rule]:
    """Of the limits that are not null."""
    most = {
        "fineweb_short_lines": limits.max_short_lines,
        "fineweb_duplicate_line_chars": limits.max_duplicate_line_chars,
        "fineweb_newlines_per_word": limits.max_newlines_per_word,
    }
    found = [
        Rule.at_most(column, column, limit) for column, limit in most.items() if limit is not None
    ]
    least, name = limits.min_punctuated_lines, "fineweb_punctuated_lines"
    return found if least is None else [Rule.at_least(name, name, least), *found]
