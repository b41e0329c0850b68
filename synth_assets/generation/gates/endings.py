"""Sentences whose end is missing."""

import re
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Count, Gate, Generated, Share

_END = re.compile(
    r"[.!?\u2026\u203c\u2047-\u2049:;\u061f\u06d4\u0964\u0965\u0589\u1361\u1362\u1367\u1368\u166e\u17d4\u17d5"
    r"\u104b\u3002\uff01\uff1f\uff61\uff0e\uff1a\uff1b]\W*\Z"
)
_UNMARKED = ("_Thai", "_Laoo", "_Tibt")
"""Scripts that end a sentence with a space, or with a mark of its own kind."""


@dataclass(frozen=True, slots=True)
class EndingsKept(Gate):
    """Of the parts whose source ends with an end mark, `min_parts` or more, more than `max_lost`
    of the texts do not: they were cut short."""

    name: ClassVar[str] = "endings_kept"
    models_only: ClassVar[bool] = True
    max_lost: Share = 0.5
    min_parts: Count = 4

    def __call__(self, made: Generated) -> Fault | None:
        if made.target_lang.endswith(_UNMARKED):
            return None
        ended = [text for source, text in made.aligned if _END.search(source[-8:])]
        if len(ended) < max(1, self.min_parts):
            return None
        lost = sum(not _END.search(text[-8:]) for text in ended) / len(ended)
        if lost <= self.max_lost:
            return None
        return self.fault(f"{lost:.2f} without an end mark", f"at most {self.max_lost:g}")
