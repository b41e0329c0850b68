"""Gates: named rules that a generated text must pass, each with its limits."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from synth_assets.generation.work import Drop
from synth_assets.rewriting.parsing import PREAMBLE
from synth_assets.rewriting.words import count_words

VERSION = "1"

_WORD = re.compile(r"\w+")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_REFUSAL = re.compile(
    r"""(?:
        i(?:'|’)?m\s+(?:very\s+)?sorry | i\s+am\s+sorry | (?:sorry|apologies),?\s+(?:but\s+)?i
      | i\s+(?:can(?:'|’)?t|can\s?not|am\s+unable\s+to|am\s+not\s+able\s+to|won(?:'|’)?t)\b
      | as\s+an?\s+(?:ai|language\s+model|large\s+language)
      | lo\s+siento,?\s+(?:pero\s+)?no | ho\s+sento,?\s+(?:però\s+)?no
      | je\s+suis\s+désolée?,?\s+(?:mais\s+)?je\s+ne | désolée?,?\s+(?:mais\s+)?je
      | es\s+tut\s+mir\s+leid,?\s+(?:aber\s+)?ich | mi\s+dispiace,?\s+(?:ma\s+)?non
      | (?:desculpe|lamento),?\s+(?:mas\s+)?não
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_OPENING_CHARS = 200
_NGRAM = 8


@dataclass(frozen=True, slots=True)
class Generated:
    """What a gate judges: the passage that was asked about, and the text after parsing."""

    parent: str
    text: str


class Gate(Protocol):
    """Instances are frozen dataclasses: class name and fields are part of the row version.

    `models_only` gates are off for texts of the `rules` engine, which are the source's sentences.
    """

    models_only: ClassVar[bool]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __call__(self, made: Generated) -> Drop | None: ...


@dataclass(frozen=True, slots=True)
class Empty:
    models_only: ClassVar[bool] = False

    def __call__(self, made: Generated) -> Drop | None:
        return None if count_words(made.text) else Drop("empty", "0 words", "at least one word")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A model that declines the task, or speaks of itself, in its first words."""

    models_only: ClassVar[bool] = True

    def __call__(self, made: Generated) -> Drop | None:
        found = _REFUSAL.search(made.text[:_OPENING_CHARS])
        if found is None or found[0].casefold() in made.parent.casefold():
            return None
        return Drop("refusal", found[0], "no refusal")


@dataclass(frozen=True, slots=True)
class Preamble:
    """Words to the user that parsing could not take off, unless the source begins with them."""

    models_only: ClassVar[bool] = True

    def __call__(self, made: Generated) -> Drop | None:
        found = PREAMBLE.match(made.text)
        if found is None or PREAMBLE.match(made.parent):
            return None
        return Drop("preamble", found[0].strip(), "the text alone")


@dataclass(frozen=True, slots=True)
class TooShort:
    """Fewer than `min_words` words."""

    min_words: int
    models_only: ClassVar[bool] = False

    def __call__(self, made: Generated) -> Drop | None:
        words = count_words(made.text)
        if words >= self.min_words:
            return None
        return Drop("too_short", f"{words} words", f"at least {self.min_words}")


@dataclass(frozen=True, slots=True)
class LengthRatio:
    """Words of the text per word of its source, outside [least, most]."""

    least: float
    most: float
    models_only: ClassVar[bool] = False

    def __call__(self, made: Generated) -> Drop | None:
        ratio = count_words(made.text) / max(1, count_words(made.parent))
        if self.least <= ratio <= self.most:
            return None
        return Drop("length_ratio", f"{ratio:.2f}", f"{self.least:g} to {self.most:g}")


@dataclass(frozen=True, slots=True)
class Repetition:
    """Share of lines (of three words or more, outside code) that stand there before."""

    max_duplicate_lines: float
    models_only: ClassVar[bool] = False

    def __call__(self, made: Generated) -> Drop | None:
        lines = [line for line in _prose_lines(made.text) if count_words(line) >= 3]
        share = 1 - len(set(lines)) / len(lines) if lines else 0.0
        if share <= self.max_duplicate_lines:
            return None
        return Drop("repetition", f"{share:.2f}", f"at most {self.max_duplicate_lines:g}")


@dataclass(frozen=True, slots=True)
class BalancedFences:
    """Every code fence that opens also closes."""

    models_only: ClassVar[bool] = False

    def __call__(self, made: Generated) -> Drop | None:
        left_open = ""
        for line in made.text.splitlines():
            if found := _FENCE.match(line):
                left_open = _after_fence(left_open, found[1], line)
        return Drop("markup", "an open code fence", "balanced fences") if left_open else None


@dataclass(frozen=True, slots=True)
class Copied:
    """Share of the text's word 8-grams that stand in its source: above the limit it is a copy,
    not a rewrite."""

    max_share: float
    models_only: ClassVar[bool] = True

    def __call__(self, made: Generated) -> Drop | None:
        ours, theirs = (_ngrams(one) for one in (made.text, made.parent))
        share = len(ours & theirs) / len(ours) if ours else 0.0
        if share <= self.max_share:
            return None
        return Drop("copied", f"{share:.2f}", f"at most {self.max_share:g}")


BASIC: tuple[Gate, ...] = (
    Empty(),
    Refusal(),
    Preamble(),
    TooShort(20),
    LengthRatio(0.2, 3.0),
    Repetition(0.3),
    BalancedFences(),
    Copied(0.8),
)
"""What every text is held to. The limits are ours, loose on purpose."""


def with_length(least: float, most: float) -> tuple[Gate, ...]:
    """The basic gates with other limits of the length ratio."""
    limits = LengthRatio(least, most)
    return tuple(limits if isinstance(gate, LengthRatio) else gate for gate in BASIC)


def first_fault(gates: tuple[Gate, ...], made: Generated, *, by_rules: bool) -> Drop | None:
    """What the first gate that the text fails says; None where it passes all."""
    for gate in gates:
        if by_rules and gate.models_only:
            continue
        if fault := gate(made):
            return fault
    return None


def _after_fence(left_open: str, fence: str, line: str) -> str:
    if not left_open:
        return fence
    closes = fence.startswith(left_open) and not line.strip().strip(fence[0])
    return "" if closes else left_open


def _prose_lines(text: str) -> list[str]:
    lines, left_open = [], ""
    for line in text.splitlines():
        if found := _FENCE.match(line):
            left_open = _after_fence(left_open, found[1], line)
        elif not left_open:
            lines.append(line.strip())
    return lines


def _ngrams(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[at : at + _NGRAM]) for at in range(len(words) - _NGRAM + 1)}
