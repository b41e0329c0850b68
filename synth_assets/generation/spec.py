"""The part of the profile that names an engine and the limits of generation."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SamplingSpec(_Spec):
    """How text is drawn; temperature 0 is greedy."""

    temperature: NonNegativeFloat = 0.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    top_k: Annotated[int, Field(ge=0)] = 0
    num_beams: PositiveInt = 1
    max_new_tokens: PositiveInt = 512


class RulesSpec(_Spec):
    """No model: deterministic restructuring of the document's own sentences."""

    kind: Literal["rules"]


class TransformersSpec(_Spec):
    """A local Hugging Face model. `model` is a folder, a hub name, or `bundled:<name>`; without
    `sampling` the recipe's own is taken, and translation is greedy."""

    kind: Literal["transformers"]
    task: Literal["causal", "seq2seq"]
    model: str
    revision: str | None = None
    device: str = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    batch_size: PositiveInt = 32
    window: PositiveInt = 4096
    sampling: SamplingSpec | None = None


EngineSpec = Annotated[RulesSpec | TransformersSpec, Field(discriminator="kind")]


class GenerationProfile(_Spec):
    """Limits that hold for every engine."""

    attempts: PositiveInt
