"""The gates that a translated segment and a translated document are held to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_assets.generation.gates.catalogue import changed, describe
from synth_assets.generation.gates.copying import Untranslated
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import Empty, SegmentLength
from synth_assets.generation.gates.numbers import NumbersKept
from synth_assets.generation.gates.repetition import Loop
from synth_assets.generation.gates.urls import UrlsKept

SEGMENT: tuple[Gate, ...] = (Truncated(), Empty(), Loop(), SegmentLength())
DOCUMENT: tuple[Gate, ...] = (
    Untranslated(),
    Language(),
    NumbersKept(repeats=True),
    UrlsKept(),
)
"""Code and addresses are kept by other means (see `protect`); what is judged here is that nothing
of the kind got lost on the way."""


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates in force."""

    segment: Sequence[Gate] = SEGMENT
    document: Sequence[Gate] = DOCUMENT

    def describe(self) -> list[Any]:
        return [describe(self.segment), describe(self.document)]


def in_force(changes: Mapping[str, Mapping[str, Any] | None]) -> Gates:
    """The gates under a profile's changes; one that is new to both sets judges documents."""
    names = {gate.name for gate in SEGMENT}
    of_segments = {name: limits for name, limits in changes.items() if name in names}
    others = {name: limits for name, limits in changes.items() if name not in names}
    return Gates(changed(SEGMENT, of_segments), changed(DOCUMENT, others))
