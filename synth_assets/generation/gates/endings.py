"""Sentences whose end is missing."""

import re
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Amount, Count, Gate, Generated, Share
from synth_assets.generation.gates.usual_length import usual_share

_END = re.compile(
    r"[.!?\u2026\u203c\u2047-\u2049:;\u061f\u06d4\u0964\u0965\u0589\u1361\u1362\u1367\u1368\u166e\u17d4\u17d5"
    r"\u104b\u3002\uff01\uff1f\uff61\uff0e\uff1a\uff1b]\W*\Z"
)
_UNMARKED = ("_Thai", "_Laoo", "_Tibt")
"""Scripts that end a sentence with a space, or with a mark of its own kind."""


def _ended(made: Generated) -> list[tuple[str, str]]:
    """Parts whose source ends with an end mark; none for a script that marks no end."""
    if made.target_lang.endswith(_UNMARKED):
        return []
    return [(source, text) for source, text in made.aligned if _END.search(source[-8:])]


def _has_end(text: str) -> bool:
    return _END.search(text[-8:]) is not None


@dataclass(frozen=True, slots=True)
class EndingsKept(Gate):
    """Of the parts whose source ends with an end mark, `min_parts` or more, more than `max_lost`
    of the texts do not: they were cut short."""

    name: ClassVar[str] = "endings_kept"
    models_only: ClassVar[bool] = True
    max_lost: Share = 0.5
    min_parts: Count = 4

    def __call__(self, made: Generated) -> Fault | None:
        ended = _ended(made)
        if len(ended) < max(1, self.min_parts):
            return None
        lost = sum(not _has_end(text) for _, text in ended) / len(ended)
        if lost <= self.max_lost:
            return None
        return self.fault(f"{lost:.2f} without an end mark", f"at most {self.max_lost:g}")


@dataclass(frozen=True, slots=True)
class CutShort(Gate):
    """A part that lost the end mark of its source and is less than `least` times as long as is
    usual of the two languages (see `usual_length`), where most parts keep theirs: of `min_parts` or
    more no more than `max_lost` lose it."""

    name: ClassVar[str] = "cut_short"
    models_only: ClassVar[bool] = True
    least: Amount = 0.6
    max_lost: Share = 0.25
    min_parts: Count = 4

    def __call__(self, made: Generated) -> Fault | None:
        ended = _ended(made)
        lost = [(source, text) for source, text in ended if not _has_end(text)]
        if len(ended) < max(1, self.min_parts) or len(lost) > self.max_lost * len(ended):
            return None
        for source, text in lost:
            share = usual_share(source, text, made.source_lang, made.target_lang)
            if share is not None and share < self.least:
                return self.fault(f"{share:.2f} of the usual: {text[:80]}", f"{self.least:g}")
        return None
