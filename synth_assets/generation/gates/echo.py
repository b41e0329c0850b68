"""A model that repeats what it was told."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Count, Gate, Generated
from synth_assets.generation.gates.units import units

_CONTROL = re.compile(
    r"<\|\w{1,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:start|end)_of_turn>|^###\s*(?:Instruction|Response):\s*$"
    r"|</?think(?:ing)?>",
    re.MULTILINE,
)
"""Marks of chat templates (ChatML and Llama 3, Llama 2, Gemma, Alpaca) and of reasoning models."""

NGrams = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Echo(Gate):
    """A run of `n_words` words of the instructions, or a mark of a chat template, that the source
    does not have."""

    name: ClassVar[str] = "echo"
    version: ClassVar[int] = 2
    models_only: ClassVar[bool] = True
    n_words: Count = 8

    def __call__(self, made: Generated) -> Fault | None:
        if found := self._marks(made) or self._instructions(made):
            return self.fault(found, "nothing of the prompt")
        return None

    def _marks(self, made: Generated) -> str | None:
        found = _CONTROL.search(made.text)
        return found[0] if found and found[0] not in made.source else None

    def _instructions(self, made: Generated) -> str | None:
        told = _ngrams(made.instructions, self.n_words)
        repeated = [run for run in units(made.text).ngrams(self.n_words) if run in told]
        if repeated:
            known = set(units(made.source).ngrams(self.n_words))
            repeated = [run for run in repeated if run not in known]
        return " ".join(repeated[0]) if repeated else None


@lru_cache(64)
def _ngrams(text: str, n_words: int) -> NGrams:
    return frozenset(units(text).ngrams(n_words))
