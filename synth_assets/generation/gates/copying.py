"""Texts that are their source, word for word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.filtering.language_codes import UNKNOWN
from synth_assets.filtering.language_neighbours import is_alike
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Count, Gate, Generated, Share
from synth_assets.generation.gates.units import units
from synth_assets.text.unspaced import CHARACTERS_PER_WORD

NGRAM = 8
_WORD = re.compile(r"[^\W\d_]{4,}")
UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Tibetan, Burmese, Khmer, kana and Han: a run of them is a phrase, not a word."""


@dataclass(frozen=True, slots=True)
class Copied(Gate):
    """Share of the text's word 8-grams that stand in its source: above `max_share` it is a copy,
    not a rewrite. Scripts without spaces are compared by as much in characters."""

    name: ClassVar[str] = "copied"
    models_only: ClassVar[bool] = True
    new_text_only: ClassVar[bool] = True
    max_share: Share = 0.8

    def __call__(self, made: Generated) -> Fault | None:
        ours, theirs = (set(units(text).ngrams(NGRAM)) for text in (made.text, made.source))
        share = len(ours & theirs) / len(ours) if ours else 0.0
        if share <= self.max_share:
            return None
        return self.fault(f"{share:.2f}", f"at most {self.max_share:g}")


@dataclass(frozen=True, slots=True)
class Untranslated(Gate):
    """A translation of at least `min_words` words (4 letters or more) of which more than
    `max_share` stand in the source of their part as well; `max_share_across` where the two
    languages are written in different scripts, `max_share_alike` where one counts for the other
    (see `filtering.language_neighbours`).

    Raunak et al. 2021 and Liu et al. 2021 on copying. Of human references the sources share 0.1
    at most but for names, which a list may consist of.
    """

    name: ClassVar[str] = "untranslated"
    version: ClassVar[int] = 2
    models_only: ClassVar[bool] = True
    max_share: Share = 0.5
    max_share_across: Share = 0.3
    max_share_alike: Share = 0.95
    min_words: Count = 25

    def __call__(self, made: Generated) -> Fault | None:
        n_words, share = shared_words(made.aligned)
        limit = self._limit(made.source_lang, made.target_lang)
        if n_words < self.min_words or share <= limit:
            return None
        return self.fault(f"{share:.3f}", f"at most {limit:g}")

    def _limit(self, source: str, target: str) -> float:
        if source.rpartition("_")[2] != target.rpartition("_")[2]:
            return self.max_share_across
        is_close = UNKNOWN not in (source, target) and is_alike(source, target)
        return self.max_share_alike if is_close else self.max_share


def shared_words(parts: Sequence[tuple[str, str]]) -> tuple[int, float]:
    """Words of the texts, and the share of them that the source of their part has too."""
    n_words = n_shared = 0.0
    for source, text in parts:
        known = {word.casefold() for word in _WORD.findall(source)}
        for word in _WORD.findall(text):
            weight = len(word) / CHARACTERS_PER_WORD if UNSPACED.match(word) else 1
            n_words += weight
            n_shared += weight * (word.casefold() in known)
    return round(n_words), round(n_shared / n_words, 4) if n_words else 0.0
