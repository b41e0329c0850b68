"""A model that declines the task."""

import re
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Count, Gate, Generated
from synth_assets.generation.gates.phrases import phrases_version, refusal

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Refusal(Gate):
    """A model that declines, speaks of itself or asks for the document in the first
    `opening_chars` characters, in words that its source does not have."""

    name: ClassVar[str] = "refusal"
    models_only: ClassVar[bool] = True
    new_text_only: ClassVar[bool] = True
    opening_chars: Count = 200

    @property
    def data_version(self) -> str:
        return phrases_version()

    def __call__(self, made: Generated) -> Fault | None:
        found = refusal().search(made.text[: self.opening_chars])
        if found is None or _squeeze(found[0]) in _squeeze(made.source):
            return None
        return self.fault(found[0], "no refusal")


def _squeeze(text: str) -> str:
    return _SPACE.sub(" ", text).casefold()
