"""Words to the user before the text itself."""

from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Gate, Generated
from synth_assets.generation.gates.phrases import phrases_version, preamble


@dataclass(frozen=True, slots=True)
class Preamble(Gate):
    """Words to the user that parsing could not take off, unless the source begins with some."""

    name: ClassVar[str] = "preamble"
    models_only: ClassVar[bool] = True
    new_text_only: ClassVar[bool] = True

    @property
    def data_version(self) -> str:
        return phrases_version()

    def __call__(self, made: Generated) -> Fault | None:
        found = preamble().match(made.text)
        if found is None or preamble().match(made.source):
            return None
        return self.fault(found[0].strip(), "the text alone")
