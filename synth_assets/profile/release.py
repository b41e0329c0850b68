"""The profile's section `releases`: what a trainer gets, by name."""

from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from synth_assets.profile.section import Language, Name, Section, Share, TurnOff

Kind = Literal["natural", "rewritten", "translated", "edited"]
Form = Literal["parquet", "mds", "megatron", "npy", "memmap"]
Epochs = Annotated[float, Field(gt=0)]
Part = Annotated[float, Field(gt=0, le=1)]


def _parquet() -> list[Form]:
    return ["parquet"]


class Component(Section):
    """Documents that are chosen together; a null selector chooses all. A document that several
    components choose belongs to the first of them."""

    kinds: list[Kind] | None = None
    recipes: list[str] | None = None
    languages: list[Language] | None = None
    sources: list[str] | None = None
    tiers: list[str] | None = None
    where: str | None = None
    """A predicate in DuckDB's SQL over the columns of `deduped` and of the document store."""
    weight: Part | None = None
    """Share of the release's tokens; without any weight all that `max_epochs` allow is taken."""
    max_epochs: Epochs = 1.0
    sampling: Literal["size", "temperature", "unimax"] = "size"
    """How the component's tokens are shared out among its languages."""
    temperature: Annotated[float, Field(ge=1)] = 3.33


class Phase(Section):
    """A part of the training, one after the other; without weights those of the components."""

    share: Part
    weights: dict[Name, Part] = Field(default_factory=dict)
    sequence_length: Annotated[int, Field(ge=2)] | None = None


class SyntheticCap(Section):
    """The most that documents that were not found but made may be of a language's tokens."""

    default: Share = 1.0
    languages: dict[Language, Share] = Field(default_factory=dict)

    def of(self, lang: str) -> float:
        return self.languages.get(lang, self.default)


class Order(Section):
    """The order of documents within a phase: `score` sorts by a number among the columns."""

    by: Literal["random", "length", "score", "relatedness"] = "random"
    column: str | None = None
    descending: bool = False

    @model_validator(mode="after")
    def _column_with_score(self) -> Self:
        if (self.by == "score") != (self.column is not None):
            raise ValueError(
                "`column` names the number that `by: score` sorts by, and goes with no other"
            )
        return self


class ReleaseProfile(Section):
    """One release; see `packing.release`."""

    components: Annotated[dict[Name, Component], TurnOff, Field(min_length=1)]
    tokens: PositiveInt | None = None
    """End-of-text tokens included; null: as many as weights and caps allow."""
    seed: NonNegativeInt | None = None
    """Null: the profile's."""
    max_synthetic: SyntheticCap = Field(default_factory=SyntheticCap)
    phases: Annotated[dict[Name, Phase], TurnOff] = Field(default_factory=dict)
    prefixes: list[Part] = Field(default_factory=list)
    """Shares of the release that are releases of their own, such as [0.1, 0.3]."""
    controls: list[Literal["natural_only", "equal_tokens"]] = Field(default_factory=list)
    order: Order = Field(default_factory=Order)
    export: Annotated[list[Form], Field(min_length=1)] = Field(default_factory=_parquet)
    shard_tokens: Annotated[int, Field(ge=1024)] = 1 << 26

    @model_validator(mode="after")
    def _weights_and_shares_sum(self) -> Self:
        given = {name: item.weight for name, item in self.components.items() if item.weight}
        if given:
            _refuse_other_names("a weight of its own is missing for", set(self.components), given)
            _refuse_sum("the weights of the components", sum(given.values()))
        if self.phases:
            _refuse_sum("the shares of the phases", sum(p.share for p in self.phases.values()))
        for name, phase in self.phases.items():
            unknown = sorted(set(phase.weights) - set(self.components))
            if unknown:
                raise ValueError(
                    f"phase {name} weighs {', '.join(unknown)}; components are "
                    f"{', '.join(self.components)}"
                )
            if phase.weights:
                _refuse_sum(f"the weights of phase {name}", sum(phase.weights.values()))
        return self


TOLERANCE = 1e-6


def _refuse_sum(what: str, total: float) -> None:
    if abs(total - 1) > TOLERANCE:
        raise ValueError(f"{what} sum to {total:.6g} and must sum to 1")


def _refuse_other_names(what: str, wanted: set[str], given: dict[str, float]) -> None:
    missing = sorted(wanted - set(given))
    if missing:
        raise ValueError(f"{what} {', '.join(missing)}; all components have one, or none has")
