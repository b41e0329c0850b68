"""Texts without words, too short, or of a length that does not fit their source's."""

from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Amount, Count, Gate, Generated
from synth_assets.generation.gates.units import has_words, length
from synth_assets.generation.gates.usual_length import in_english, usual_lengths


@dataclass(frozen=True, slots=True)
class Empty(Gate):
    """Not one word."""

    name: ClassVar[str] = "empty"

    def __call__(self, made: Generated) -> Fault | None:
        return None if has_words(made.text) else self.fault("0 words", "at least one word")


@dataclass(frozen=True, slots=True)
class TooShort(Gate):
    """Fewer than `min_words` words."""

    name: ClassVar[str] = "too_short"
    min_words: Count = 20

    def __call__(self, made: Generated) -> Fault | None:
        words = length(made.text)
        if words >= self.min_words:
            return None
        return self.fault(f"{words:.0f} words", f"at least {self.min_words}")


@dataclass(frozen=True, slots=True)
class LengthRatio(Gate):
    """Words of the text per word of its source, outside [least, most]; for texts in the language
    of their source."""

    name: ClassVar[str] = "length_ratio"
    least: Amount = 0.2
    most: Amount = 3.0

    def __call__(self, made: Generated) -> Fault | None:
        ratio = length(made.text) / max(1.0, length(made.source))
        if self.least <= ratio <= self.most:
            return None
        return self.fault(f"{ratio:.2f}", f"{self.least:g} to {self.most:g}")


@dataclass(frozen=True, slots=True)
class SegmentLength(Gate):
    """A translated sentence more than `most` times as long as its source, or as short.

    The shorter side counts as at least `floor` characters, so that labels of a word or two are
    free. A segment fails only when it does in characters and in UTF-8 bytes: scripts differ in how
    much one character says, and in how many bytes it takes.
    """

    name: ClassVar[str] = "segment_length"
    most: Amount = 4.0
    floor: Count = 40

    def __call__(self, made: Generated) -> Fault | None:
        ratio = min(
            self._ratio(len(made.source), len(made.text)),
            self._ratio(len(made.source.encode()), len(made.text.encode())),
        )
        return self.fault(f"{ratio:.2f}", f"at most {self.most:g}") if ratio > self.most else None

    def _ratio(self, source: int, text: int) -> float:
        """How many times the longer is as long as the shorter."""
        return max(source, text) / max(min(source, text), self.floor, 1)


@dataclass(frozen=True, slots=True)
class TranslatedLength(Gate):
    """A translation of at least `min_chars` characters, or of a source that has so many, more than
    `most` times as long as is usual of the two languages, or as short; see `usual_length`.

    Where one of them is not known, lengths are taken to be alike and the limit to be its square.
    """

    name: ClassVar[str] = "translated_length"
    models_only: ClassVar[bool] = True
    most: Amount = 1.5
    min_chars: Count = 300

    def __call__(self, made: Generated) -> Fault | None:
        usual = {made.source_lang, made.target_lang} <= usual_lengths().keys()
        source: float = sum(len(part) for part, _ in made.aligned)
        text: float = sum(len(part) for _, part in made.aligned)
        if max(source, text) < self.min_chars:
            return None
        if usual:
            source = sum(in_english(part, made.source_lang) for part, _ in made.aligned)
            text = sum(in_english(part, made.target_lang) for _, part in made.aligned)
        ratio, limit = text / max(1, source), self.most if usual else self.most**2
        if 1 / limit <= ratio <= limit:
            return None
        return self.fault(f"{ratio:.2f} of the usual", f"{1 / limit:.2f} to {limit:g}")
