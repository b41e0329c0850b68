"""The gates that a translated segment and a translated document are held to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_assets.generation.gates.catalogue import changed, describe
from synth_assets.generation.gates.copying import Untranslated
from synth_assets.generation.gates.endings import CutShort, EndingsKept
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.gates.language import Language, PartLanguage
from synth_assets.generation.gates.length import Empty, SegmentLength, TranslatedLength
from synth_assets.generation.gates.lines import OneLine
from synth_assets.generation.gates.numbers import NumbersChanged, NumbersKept
from synth_assets.generation.gates.repetition import Doubled, Loop
from synth_assets.generation.gates.urls import UrlsKept

SEGMENT: tuple[Gate, ...] = (
    Truncated(),
    Empty(),
    OneLine(),
    Loop(),
    Doubled(),
    SegmentLength(),
)
DOCUMENT: tuple[Gate, ...] = (
    Untranslated(),
    Language(min_letters=100),
    PartLanguage(),
    TranslatedLength(),
    EndingsKept(),
    CutShort(),
    NumbersKept(repeats=True, min_share=0.1, spare=5),
    NumbersChanged(),
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


def in_force(changes: Mapping[str, Mapping[str, Any] | None], also: Sequence[Gate] = ()) -> Gates:
    """The gates under a profile's changes; one that is new to both sets judges documents. `also`
    judge segments."""
    there = {gate.name for gate in SEGMENT}
    of_all = (*SEGMENT, *(gate for gate in also if gate.name not in there))
    names = {gate.name for gate in of_all}
    of_segments = {name: limits for name, limits in changes.items() if name in names}
    others = {name: limits for name, limits in changes.items() if name not in names}
    return Gates(changed(of_all, of_segments), changed(DOCUMENT, others))
