"""What a gate is: a named rule with limits, that a generated text passes or not."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.protocol import FinishReason

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Generated:
    """What a gate judges: the text after parsing, what it was made from, and how it ended.

    `instructions` are the words of the prompt without the document; `parts` are aligned stretches
    of source and text, where the maker knows them, free of what had to be copied.
    """

    source: str
    text: str
    source_lang: str = "und"
    target_lang: str = "und"
    finish_reason: FinishReason = "stop"
    completion_tokens: int = 0
    max_new_tokens: int = 0
    instructions: str = ""
    parts: Sequence[tuple[str, str]] | None = None

    @property
    def aligned(self) -> Sequence[tuple[str, str]]:
        return [(self.source, self.text)] if self.parts is None else self.parts


@dataclass(frozen=True, slots=True)
class Gate(ABC):
    """The fields of a gate are its limits, all with defaults, and what a profile may change.

    `name` is the drop reason. `version` is raised by hand when the same limits would judge another
    way. `models_only` gates are off for texts of the `rules` engine, which are the source's
    sentences; `new_text_only` ones for recipes that keep their parent's text by design. `needs` are
    fields that a profile must name; `files` those whose content counts (`data_version`), not name.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    models_only: ClassVar[bool] = False
    new_text_only: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    files: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def __call__(self, made: Generated) -> Fault | None:
        """None where the text passes."""

    @property
    def data_version(self) -> str:
        """Digest of what a verdict hangs on besides the limits and the code."""
        return ""

    def fault(self, value: str, limit: str) -> Fault:
        return Fault(self.name, value, limit)


def first_fault(gates: Iterable[Gate], made: Generated, *, by_rules: bool = False) -> Fault | None:
    """What the first gate that the text fails says; None where it passes all."""
    for gate in gates:
        if by_rules and gate.models_only:
            continue
        if fault := gate(made):
            return fault
    return None
