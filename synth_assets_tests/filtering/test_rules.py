"""Every rule passes at its limit and fails just beyond it, under the default profile."""

import polars as pl
import pytest

from synth_assets.filtering import language_attribute, quality
from synth_assets.filtering.rules import Rule, judge
from synth_assets.profile import Profile
from synth_assets.profile.filtering import FilteringProfile

PASSING = {
    "lang": "eng_Latn",
    "lang_confidence": 0.9,
    **dict.fromkeys(quality.COLUMNS, 0),
    "gopher_words": 500,
    "gopher_mean_word_length": 5.0,
    "gopher_words_with_letters": 0.95,
    "gopher_stop_words": 6,
    "c4_sentences": 20,
    "fineweb_punctuated_lines": 0.8,
}

AT_LIMIT_AND_BEYOND = [
    ("gopher_min_words", "gopher_words", 50, 49),
    ("gopher_max_words", "gopher_words", 100_000, 100_001),
    ("gopher_min_mean_word_length", "gopher_mean_word_length", 3.0, 2.99),
    ("gopher_max_mean_word_length", "gopher_mean_word_length", 10.0, 10.01),
    ("gopher_symbols_per_word", "gopher_symbols_per_word", 0.1, 0.11),
    ("gopher_bullet_lines", "gopher_bullet_lines", 0.9, 0.91),
    ("gopher_ellipsis_lines", "gopher_ellipsis_lines", 0.3, 0.31),
    ("gopher_words_with_letters", "gopher_words_with_letters", 0.8, 0.79),
    ("gopher_stop_words", "gopher_stop_words", 2, 1),
    ("gopher_duplicate_lines", "gopher_duplicate_lines", 0.3, 0.31),
    ("gopher_duplicate_paragraphs", "gopher_duplicate_paragraphs", 0.3, 0.31),
    ("gopher_duplicate_line_chars", "gopher_duplicate_line_chars", 0.2, 0.21),
    ("gopher_duplicate_paragraph_chars", "gopher_duplicate_paragraph_chars", 0.2, 0.21),
    ("gopher_top_2grams", "gopher_top_2grams", 0.2, 0.21),
    ("gopher_top_3grams", "gopher_top_3grams", 0.18, 0.19),
    ("gopher_top_4grams", "gopher_top_4grams", 0.16, 0.17),
    ("gopher_duplicate_5grams", "gopher_duplicate_5grams", 0.15, 0.16),
    ("gopher_duplicate_6grams", "gopher_duplicate_6grams", 0.14, 0.15),
    ("gopher_duplicate_7grams", "gopher_duplicate_7grams", 0.13, 0.14),
    ("gopher_duplicate_8grams", "gopher_duplicate_8grams", 0.12, 0.13),
    ("gopher_duplicate_9grams", "gopher_duplicate_9grams", 0.11, 0.12),
    ("gopher_duplicate_10grams", "gopher_duplicate_10grams", 0.1, 0.11),
    ("c4_min_sentences", "c4_sentences", 3, 2),
    ("c4_lorem_ipsum", "c4_lorem_ipsum", 0, 1),
    ("c4_policy_lines", "c4_policy_lines", 0.3, 0.31),
    ("fineweb_punctuated_lines", "fineweb_punctuated_lines", 0.12, 0.11),
    ("fineweb_short_lines", "fineweb_short_lines", 0.67, 0.68),
    ("fineweb_duplicate_line_chars", "fineweb_duplicate_line_chars", 0.01, 0.011),
    ("fineweb_newlines_per_word", "fineweb_newlines_per_word", 0.3, 0.31),
]

SCHEMA = language_attribute.COLUMNS | quality.COLUMNS


PUBLISHED = {
    "min_punctuated_lines": 0.12,
    "max_short_lines": 0.67,
    "max_duplicate_line_chars": 0.01,
    "max_newlines_per_word": 0.3,
}
"""FineWeb's limits, which are off by default."""


def rules_of(profile: FilteringProfile) -> list[Rule]:
    """Those of language and quality, in the order in which they are judged."""
    sources = (language_attribute, quality)
    return [rule for source in sources for rule in source.attribute(profile).rules]


def verdict(profile: FilteringProfile, **changes: object) -> tuple[str | None, ...]:
    frame = pl.DataFrame([PASSING | changes], schema=SCHEMA)
    judged = judge(frame, rules_of(profile))
    return judged.select("drop_reason", "drop_value", "drop_limit").row(0)


def changed(profile: Profile, **changes: object) -> FilteringProfile:
    return FilteringProfile.model_validate(profile.filtering.model_dump() | changes)


@pytest.mark.parametrize(("rule", "column", "allowed", "beyond"), AT_LIMIT_AND_BEYOND)
def test_at_the_limit_and_beyond(
    profile: Profile, rule: str, column: str, allowed: float, beyond: float
) -> None:
    filtering = changed(profile, fineweb=PUBLISHED)
    assert verdict(filtering, **{column: allowed}) == (None, None, None)
    reason, value, limit = verdict(filtering, **{column: beyond})
    assert reason == rule
    assert float(value or "") == beyond
    assert limit in (f"at least {allowed}", f"at most {allowed}")


def test_every_rule_of_quality_is_in_the_table_above(profile: Profile) -> None:
    table = [case[0] for case in AT_LIMIT_AND_BEYOND]
    published = quality.attribute(changed(profile, fineweb=PUBLISHED)).rules
    assert [rule.name for rule in published] == table
    default = [rule.name for rule in quality.attribute(profile.filtering).rules]
    assert default == [name for name in table if not name.startswith("fineweb_")]


def test_the_first_failing_rule_decides(profile: Profile) -> None:
    reason, value, limit = verdict(profile.filtering, gopher_words=3, c4_sentences=0)
    assert (reason, value, limit) == ("gopher_min_words", "3", "at least 50")


@pytest.mark.parametrize("column", ["gopher_mean_word_length", "gopher_stop_words", "c4_sentences"])
def test_what_was_not_measured_is_not_judged(profile: Profile, column: str) -> None:
    assert verdict(profile.filtering, **{column: None})[0] is None


def test_curly_brackets_only_where_the_profile_says_so(profile: Profile) -> None:
    assert verdict(profile.filtering, c4_curly_brackets=4)[0] is None
    c4 = profile.filtering.c4.model_dump() | {"drop_curly_bracket": True}
    strict = changed(profile, c4=c4)
    assert verdict(strict, c4_curly_brackets=4) == ("c4_curly_bracket", "4", "at most 0")


def test_listed_languages(profile: Profile) -> None:
    listed = changed(profile, languages=["eng_Latn", "cat_Latn"])
    assert verdict(listed)[0] is None
    assert verdict(listed, lang="spa_Latn") == ("language", "spa_Latn", "one of eng_Latn, cat_Latn")
    assert verdict(listed, lang="und", lang_confidence=0.0)[0] == "language"


def test_confidence_is_asked_of_known_languages_only(profile: Profile) -> None:
    sure = changed(profile, min_language_confidence=0.65)
    assert verdict(sure, lang_confidence=0.65)[0] is None
    assert verdict(sure, lang_confidence=0.6) == ("language_confidence", "0.6", "at least 0.65")
    assert verdict(sure, lang="und", lang_confidence=0.0)[0] is None
