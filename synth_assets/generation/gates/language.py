"""Texts in another language than they should be."""

from dataclasses import dataclass
from typing import ClassVar

from synth_assets.filtering.language_codes import UNKNOWN
from synth_assets.filtering.language_neighbours import is_alike
from synth_assets.generation.gates.copying import shared_words
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.fences import split_fences
from synth_assets.generation.gates.gate import Count, Gate, Generated, Share


@dataclass(frozen=True, slots=True)
class Language(Gate):
    """Less than `min_share` of the text's letters in the language it should be in.

    Code is left out. A piece whose language cannot be told counts for nothing (see
    `filtering.language_share`); a text with fewer than `min_letters` letters that can be judged
    passes, and so does every text in a language that no identifier knows.
    """

    name: ClassVar[str] = "language"
    models_only: ClassVar[bool] = True
    min_share: Share = 0.5
    min_letters: Count = 200

    def __call__(self, made: Generated) -> Fault | None:
        from synth_assets.filtering.language_share import language_share  # brings numba along

        text = "\n".join(part for _, part in made.aligned)
        judged, share, other = language_share(split_fences(text).outside, made.target_lang)
        if judged < max(1, self.min_letters) or share >= self.min_share:
            return None
        return self.fault(f"{share:.2f}, else {other}", f"at least {self.min_share:g}")


COPIED_SHARE = 0.9
COPIED_CONFIDENCE = 0.5
"""A part of whose words so many are its source's, and that is so surely in the source's language,
was not translated."""

NAMES_SHARE = 0.5
"""A part in a third language of whose words so many are its source's: names, or a quotation."""

_CONFUSED = frozenset({"amh", "tir"})
"""Languages that are surely told apart in documents, and not in sentences."""


@dataclass(frozen=True, slots=True)
class PartLanguage(Gate):
    """A part of at least `min_letters` letters in another language, of which language id is sure by
    `confidence`; or one of at least `copied_words` words that was copied.

    What the source itself says in a third language may stay. No part is judged where no identifier
    knows the language.
    """

    name: ClassVar[str] = "part_language"
    models_only: ClassVar[bool] = True
    min_letters: Count = 25
    confidence: Share = 0.9
    copied_words: Count = 4

    def __call__(self, made: Generated) -> Fault | None:
        from synth_assets.filtering.language import known  # brings numba along

        if made.target_lang[:3] not in known():
            return None
        for source, text in made.aligned:
            if other := self._other(source, text, made.source_lang, made.target_lang):
                return self.fault(f"{other} in: {text[:80]}", f"{made.target_lang} in every part")
        return None

    def _other(self, source: str, text: str, source_lang: str, target_lang: str) -> str | None:
        """The language that a part is in, where that is another."""
        from synth_assets.filtering.language import identify
        from synth_assets.filtering.language_share import JUDGED_CHARS

        found, confidence = identify(text[:JUDGED_CHARS], expected=target_lang)
        if found == UNKNOWN or is_alike(found, target_lang):
            return None
        if {found[:3], target_lang[:3]} <= _CONFUSED:
            return None
        n_words, share = shared_words([(source, text)])
        is_source = source_lang != UNKNOWN and is_alike(found, source_lang)
        if not is_source and share >= NAMES_SHARE:
            return None
        n_letters = sum(map(str.isalpha, text))
        sure = n_letters >= self.min_letters and (confidence or 0) >= self.confidence
        copied = is_source and n_words >= self.copied_words and share >= COPIED_SHARE
        return found if sure or (copied and (confidence or 0) >= COPIED_CONFIDENCE) else None
