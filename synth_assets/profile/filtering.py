"""The profile's section `filtering`."""

from typing import Annotated

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from synth_assets.profile.decontamination import Decontamination
from synth_assets.profile.modeling import Perplexity
from synth_assets.profile.pii import Pii
from synth_assets.profile.section import (
    DataFile,
    Language,
    Name,
    Resolve,
    Section,
    Share,
    TurnOff,
)


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
    """Limits of C4's rules (Raffel et al. 2020) over whole pages: a filter that edits its text
    would make a new document of every page."""

    min_sentences: NonNegativeInt
    drop_curly_bracket: bool
    drop_lorem_ipsum: bool
    max_policy_lines: Share


class FineWebRules(Section):
    """Limits of FineWeb's own rules (Penedo et al. 2024); null turns one off."""

    min_punctuated_lines: Share | None
    max_short_lines: Share | None
    max_duplicate_line_chars: Share | None
    max_newlines_per_word: NonNegativeFloat | None


class BadWords(Section):
    """Lists of words by language, and the share of a text's characters that may stand in them; 0 is
    C4's rule: no listed word at all."""

    lists: Annotated[dict[Language, DataFile], TurnOff]
    max_share: Share


class Boilerplate(Section):
    """Lines that stand on `min_pages` pages of a registered domain or more, within a batch, and the
    share of a text's characters that may stand in them."""

    min_pages: Annotated[int, Field(ge=2, le=255)]
    max_share: Share


class FilteringProfile(Section):
    """Which documents pass from raw_web to filtered."""

    languages: list[Language] | None
    min_language_confidence: Share
    min_language_share: Share
    block_lists: Annotated[dict[Name, DataFile], TurnOff]
    clean_lines: bool
    gopher_quality: GopherQuality
    gopher_repetition: GopherRepetition
    c4: C4Rules
    fineweb: FineWebRules
    bad_words: BadWords
    boilerplate: Boilerplate | None
    perplexity: Perplexity
    decontamination: Decontamination
    pii: Pii

    def located(self, resolve: Resolve) -> "FilteringProfile":
        """With absolute paths."""
        listed = {lang: resolve(path) for lang, path in self.bad_words.lists.items()}
        return self.model_copy(
            update={
                "block_lists": {name: resolve(path) for name, path in self.block_lists.items()},
                "bad_words": self.bad_words.model_copy(update={"lists": listed}),
                "perplexity": self.perplexity.located(resolve),
                "decontamination": self.decontamination.located(resolve),
            }
        )
