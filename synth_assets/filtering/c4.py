"""Rules of C4 (Raffel et al. 2020, section 2.2, and its published code): columns and limits.

C4 removes lines, then judges the page by what is left. A filter keeps or drops whole pages, so
sentences, brackets and "lorem ipsum" are counted in the lines that C4 would keep: of three words or
more, none longer than 1,000 characters, without JavaScript (brackets and sentences) and policy
notices (sentences). Its rule that a line must end in punctuation is left out, as FineWeb does.
In scripts without spaces a character is a word.

Notices, of policy or asking for JavaScript, are measured as a share of the page's lines as well.
"""

import polars as pl

from synth_assets.filtering.rules import Rule
from synth_assets.profile.filtering import C4Rules

COLUMNS: dict[str, pl.DataType] = {
    "c4_sentences": pl.Int64(),
    "c4_curly_brackets": pl.Int64(),
    "c4_lorem_ipsum": pl.Int64(),
    "c4_policy_lines": pl.Float64(),
}

WITHOUT_FULL_STOP = ["Thai", "Laoo"]
"""Scripts whose sentences cannot be counted by their closing punctuation; null for these."""


def rules(limits: C4Rules) -> list[Rule]:
    found = [Rule.at_least("c4_min_sentences", "c4_sentences", limits.min_sentences)]
    if limits.drop_curly_bracket:
        found.append(Rule.at_most("c4_curly_bracket", "c4_curly_brackets", 0))
    if limits.drop_lorem_ipsum:
        found.append(Rule.at_most("c4_lorem_ipsum", "c4_lorem_ipsum", 0))
    return [*found, Rule.at_most("c4_policy_lines", "c4_policy_lines", limits.max_policy_lines)]
