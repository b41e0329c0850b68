"""A text that the model did not end by itself."""

from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Gate, Generated


@dataclass(frozen=True, slots=True)
class Truncated(Gate):
    """The model ran out of `max_new_tokens` before it came to an end."""

    name: ClassVar[str] = "truncated"

    def __call__(self, made: Generated) -> Fault | None:
        if made.finish_reason != "length":
            return None
        return self.fault(f"{made.completion_tokens} tokens", f"{made.max_new_tokens} tokens")
