"""Texts in another language than they should be."""

from dataclasses import dataclass
from typing import ClassVar

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
