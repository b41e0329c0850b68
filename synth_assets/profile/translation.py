"""The profile's section `translation`."""

from typing import Annotated

from pydantic import Field, PositiveInt

from synth_assets.generation.gates.catalogue import GateChanges
from synth_assets.generation.spec import EngineSpec
from synth_assets.profile.section import Language, Section, TurnOff


class TranslationTarget(Section):
    """One target language; each is an asset translated/<lang>. `gates` and `regenerate` are as in
    a recipe."""

    engine: EngineSpec
    source_lang: Language
    inputs: list[str]
    max_segment_tokens: PositiveInt
    replace: dict[str, str]
    gates: GateChanges = Field(default_factory=dict)
    regenerate: bool = False


class TranslationProfile(Section):
    """Target languages by code; each is an asset translated/<lang>. Null turns one off."""

    targets: Annotated[dict[Language, TranslationTarget], TurnOff]
