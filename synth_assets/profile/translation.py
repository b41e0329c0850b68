"""The profile's section `translation`."""

from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveInt

from synth_assets.generation.gates.catalogue import GateChanges
from synth_assets.generation.spec import EngineSpec
from synth_assets.profile.section import Language, Name, Section, Share, TurnOff
from synth_assets.profile.translation_methods import (
    Method,
    Naturalness,
    PromptProfile,
    Resolve,
    located,
)


class RoundTripGate(Section):
    """Of a `share` of the documents the translation is translated back by `engine`; those of which
    less than `min_chrf` (sacrebleu's chrF, 0 to 100) comes back are dropped."""

    engine: EngineSpec
    share: Share = 0.05
    min_chrf: NonNegativeFloat = 30.0


class TranslationTarget(Section):
    """One target language; each is an asset translated/<lang>. `gates` and `regenerate` are as in
    a recipe. `prompt` is for engines that hold a language model. `perplexity` drops a batch's least
    natural documents, `round_trip` those of a sample that do not come back. `controls` is the share
    of translations spoiled on purpose that each gate must refuse (see `translation.controls`)."""

    engine: EngineSpec
    source_lang: Language
    inputs: list[str] = Field(default_factory=lambda: ["filtered"])
    max_segment_tokens: PositiveInt = 80
    replace: dict[str, str] = Field(default_factory=dict)
    prompt: PromptProfile = Field(default_factory=PromptProfile)
    gates: GateChanges = Field(default_factory=dict)
    regenerate: bool = False
    controls: Share = 0.9
    perplexity: Naturalness | None = None
    round_trip: RoundTripGate | None = None

    def located(self, resolve: Resolve) -> "TranslationTarget":
        """With absolute paths."""
        judged = self.perplexity and self.perplexity.located(resolve)
        return self.model_copy(
            update={"prompt": self.prompt.located(resolve), "perplexity": judged}
        )


class TranslationProfile(Section):
    """Target languages by code; each is an asset translated/<lang>. `methods` make further corpora
    of translations, by names of the profile's own. Null turns one off."""

    targets: Annotated[dict[Language, TranslationTarget], TurnOff]
    methods: Annotated[dict[Name, Method], TurnOff] = Field(default_factory=dict)

    @property
    def made_documents(self) -> list[str]:
        """Corpora of documents that methods make."""
        made = ((method.room, name) for name, method in self.methods.items())
        return [f"{room}/{name}" for room, name in made if room != "bitext"]

    def located(self, resolve: Resolve) -> "TranslationProfile":
        """With absolute paths."""
        targets = {lang: target.located(resolve) for lang, target in self.targets.items()}
        methods = {name: located(method, resolve) for name, method in self.methods.items()}
        return self.model_copy(update={"targets": targets, "methods": methods})
