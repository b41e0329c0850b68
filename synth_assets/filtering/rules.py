"""The rules of the filter: ordered predicates over score columns; the first that fails decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import polars as pl

from synth_assets.filtering.language_codes import UNKNOWN
from synth_assets.profile.filtering import (
    C4Rules,
    FilteringProfile,
    GopherQuality,
    GopherRepetition,
)


@dataclass(frozen=True)
class Rule:
    """One reason to drop: its name, the measured value, what is allowed, and when it fails.

    A null value never fails: what cannot be measured is not judged.
    """

    name: str
    value: pl.Expr
    limit: str
    fails: pl.Expr

    @classmethod
    def at_least(cls, name: str, column: str, limit: float) -> Self:
        return cls(name, pl.col(column), f"at least {limit}", pl.col(column) < limit)

    @classmethod
    def at_most(cls, name: str, column: str, limit: float) -> Self:
        return cls(name, pl.col(column), f"at most {limit}", pl.col(column) > limit)


def build_rules(profile: FilteringProfile) -> list[Rule]:
    """The profile's rules in the order in which they are judged."""
    return [
        *_language(profile),
        *_quality(profile.gopher_quality),
        *_repetition(profile.gopher_repetition),
        *_c4(profile.c4),
    ]


def judge(frame: pl.DataFrame, rules: list[Rule]) -> pl.DataFrame:
    """The frame with drop_reason, drop_value and drop_limit; null where every rule is passed."""
    none = pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        _first(((rule.fails, pl.lit(rule.name)) for rule in rules), none).alias("drop_reason"),
        _first(((rule.fails, _as_text(rule.value)) for rule in rules), none).alias("drop_value"),
        _first(((rule.fails, pl.lit(rule.limit)) for rule in rules), none).alias("drop_limit"),
    )


def _first(cases: Iterable[tuple[pl.Expr, pl.Expr]], otherwise: pl.Expr) -> pl.Expr:
    return pl.coalesce(*(pl.when(fails).then(value) for fails, value in cases), otherwise)


def _as_text(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.String)


def _language(profile: FilteringProfile) -> list[Rule]:
    """Where the profile lists no languages, `und` passes: unknown is not the same as unwanted."""
    confidence = Rule.at_least(
        "language_confidence", "lang_confidence", profile.min_language_confidence
    )
    known = pl.col("lang") != UNKNOWN
    rules = [Rule(confidence.name, confidence.value, confidence.limit, known & confidence.fails)]
    if profile.languages is not None:
        wanted = profile.languages
        limit = f"one of {', '.join(wanted)}"
        rules.insert(0, Rule("language", pl.col("lang"), limit, ~pl.col("lang").is_in(wanted)))
    return rules


def _quality(limits: GopherQuality) -> list[Rule]:
    least, most = Rule.at_least, Rule.at_most
    length = "gopher_mean_word_length"
    return [
        least("gopher_min_words", "gopher_words", limits.min_words),
        most("gopher_max_words", "gopher_words", limits.max_words),
        least("gopher_min_mean_word_length", length, limits.min_mean_word_length),
        most("gopher_max_mean_word_length", length, limits.max_mean_word_length),
        most("gopher_symbols_per_word", "gopher_symbols_per_word", limits.max_symbols_per_word),
        most("gopher_bullet_lines", "gopher_bullet_lines", limits.max_bullet_lines),
        most("gopher_ellipsis_lines", "gopher_ellipsis_lines", limits.max_ellipsis_lines),
        least(
            "gopher_words_with_letters", "gopher_words_with_letters", limits.min_words_with_letters
        ),
        least("gopher_stop_words", "gopher_stop_words", limits.min_stop_words),
    ]


def _repetition(limits: GopherRepetition) -> list[Rule]:
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


def _c4(limits: C4Rules) -> list[Rule]:
    rules = [Rule.at_least("c4_min_sentences", "c4_sentences", limits.min_sentences)]
    if limits.drop_curly_bracket:
        rules.append(Rule.at_most("c4_curly_bracket", "c4_curly_brackets", 0))
    if limits.drop_lorem_ipsum:
        rules.append(Rule.at_most("c4_lorem_ipsum", "c4_lorem_ipsum", 0))
    return [*rules, Rule.at_most("c4_policy_lines", "c4_policy_lines", limits.max_policy_lines)]
