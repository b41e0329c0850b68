"""The profile's section `filtering`."""

from typing import Annotated

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from synth_assets.profile.section import Language, Section, Share


class GopherQuality(Section):
    """Limits of the Gopher quality rules (Rae et al. 2021, table A1)."""

    min_words: NonNegativeInt
    max_words: PositiveInt
    min_mean_word_length: NonNegativeFloat
    max_mean_word_length: NonNegativeFloat
    max_symbols_per_word: NonNegativeFloat
    max_bullet_lines: Share
    max_ellipsis_lines: Share
    min_words_with_letters: Share
    min_stop_words: NonNegativeInt


class GopherRepetition(Section):
    """Limits of the Gopher repetition rules (Rae et al. 2021, table A1), shares of characters
    where not said otherwise."""

    max_duplicate_lines: Share
    max_duplicate_paragraphs: Share
    max_duplicate_line_chars: Share
    max_duplicate_paragraph_chars: Share
    max_top_ngrams: dict[Annotated[int, Field(ge=2, le=4)], Share]
    max_duplicate_ngrams: dict[Annotated[int, Field(ge=5, le=10)], Share]


class C4Rules(Section):
    """Page rules of C4 (Raffel et al. 2020); line rules are left out, since a filter that edits
    its text would make a new document of every page."""

    min_sentences: NonNegativeInt
    drop_curly_bracket: bool
    drop_lorem_ipsum: bool
    max_policy_lines: Share


class FilteringProfile(Section):
    """Which documents pass from raw_web to filtered."""

    languages: list[Language] | None
    min_language_confidence: Share
    gopher_quality: GopherQuality
    gopher_repetition: GopherRepetition
    c4: C4Rules
