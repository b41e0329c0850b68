"""The profile's section `translation`."""

from typing import Annotated

from pydantic import Field, PositiveInt

from synth_assets.generation.gates.catalogue import GateChanges
from synth_assets.generation.spec import EngineSpec
from synth_assets.profile.section import Language, Name, Section, TurnOff
from synth_assets.profile.translation_methods import Method, PromptProfile, Resolve, located


class TranslationTarget(Section):
    """One target language; each is an asset translated/<lang>. `gates` and `regenerate` are as in
    a recipe. `prompt` is for engines that hold a language model."""

    engine: EngineSpec
    source_lang: Language
    inputs: list[str] = Field(default_factory=lambda: ["filtered"])
    max_segment_tokens: PositiveInt = 80
    replace: dict[str, str] = Field(default_factory=dict)
    prompt: PromptProfile = Field(default_factory=PromptProfile)
    gates: GateChanges = Field(default_factory=dict)
    regenerate: bool = False


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
        targets = {
            lang: target.model_copy(update={"prompt": target.prompt.located(resolve)})
            for lang, target in self.targets.items()
        }
        methods = {name: located(method, resolve) for name, method in self.methods.items()}
        return self.model_copy(update={"targets": targets, "methods": methods})
