"""A segment of one line whose text has several."""

from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Gate, Generated


@dataclass(frozen=True, slots=True)
class OneLine(Gate):
    """A heading, an item or a cell of one line must not become several: the document around it
    would have another structure. A remark behind the translation is caught here too."""

    name: ClassVar[str] = "one_line"

    def __call__(self, made: Generated) -> Fault | None:
        n_lines = len(made.text.splitlines())
        if n_lines <= 1 or "\n" in made.source:
            return None
        return self.fault(f"{n_lines} lines", "one line")
