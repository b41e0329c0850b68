"""The part of the profile that names an engine and the limits of generation."""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    NonNegativeFloat,
    PositiveInt,
)

from synth_assets.generation.address import normalise_url, variable_name
from synth_assets.home import Home


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Limit = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class SamplingSpec(_Spec):
    """How text is drawn; temperature 0 is greedy."""

    temperature: NonNegativeFloat = 0.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    top_k: Annotated[int, Field(ge=0)] = 0
    num_beams: PositiveInt = 1
    max_new_tokens: PositiveInt = 512


class Price(_Spec):
    """What an engine costs, for the ledger and the budget; it shapes no text. Prices add up: a
    hosted model has prices of tokens, a rented GPU one per hour; an empty one says that it is
    free. `currency` is an ISO 4217 code."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    per_million_prompt_tokens: Amount = 0.0
    per_million_completion_tokens: Amount = 0.0
    per_gpu_hour: Amount = 0.0


ModelFile = Annotated[str, AfterValidator(lambda value: Home.find().resolve(value))]
"""A file relative to the home."""

REFERENCE = "reference_lm/"


def _named_or_file(value: str) -> str:
    return value if value.startswith(REFERENCE) else Home.find().resolve(value)


class FreeSpec(_Spec):
    """An engine of this package that works on one CPU core: no tokens, no price, no limit."""


class RulesSpec(FreeSpec):
    """No model: deterministic restructuring of the document's own sentences."""

    kind: Literal["rules"]


class NgramSpec(FreeSpec):
    """Reference models that resample words: by language, the asset reference_lm/<lang>, which a
    located profile has as the address of its file, or a file such as ARPA, relative to the home;
    and of languages for which there is none here a table of words that stand in for each other.
    For recipes that edit by a model's scores."""

    kind: Literal["ngram"]
    models: Annotated[
        dict[str, Annotated[str, AfterValidator(_named_or_file)]], Field(min_length=1)
    ]
    stand_ins: dict[str, ModelFile] = Field(default_factory=dict)


class ModelSpec(_Spec):
    """What every engine with a model has; without `sampling` the recipe's own is taken, and
    translation is greedy."""

    model: Annotated[str, Field(min_length=1)]
    revision: str | None = None
    sampling: SamplingSpec | None = None
    price: Price | None = None


class LocalSpec(ModelSpec):
    """A model that this process loads: a folder, a hub name, or `bundled:<name>`."""

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"


class TransformersSpec(LocalSpec):
    """A Hugging Face model in torch. `task` resample scores a text with a causal model and draws
    some of its tokens again, instead of writing. `batch_size` rows share a step, `replicas` batches
    run side by side over the same weights; `auto` takes from a GPU's free memory as many rows as
    fit and from a CPU's cores one batch for each."""

    kind: Literal["transformers"]
    task: Literal["causal", "seq2seq", "resample"]
    device: str = "auto"
    batch_size: PositiveInt | Literal["auto"] = "auto"
    window: PositiveInt = 4096
    replicas: PositiveInt | Literal["auto"] = "auto"


class CTranslate2Spec(LocalSpec):
    """A translation model in CTranslate2 (extra `ctranslate2`), converted once from the Hugging
    Face model and kept in the home; greedy or beam search only. `compute_type` is the precision of
    weights and arithmetic, `batch_tokens` bounds a step, `threads` work on one batch."""

    kind: Literal["ctranslate2"]
    dtype: Literal["auto"] = "auto"
    compute_type: Literal["int8", "int8_float32", "float32", "int8_float16", "float16"] = "int8"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    batch_tokens: PositiveInt = 2048
    threads: PositiveInt = 1


class VllmSpec(LocalSpec):
    """A causal model in vLLM's offline engine (extra `vllm`). `in_flight` is how many requests lie
    in it at once; null settings are vLLM's own."""

    kind: Literal["vllm"]
    in_flight: PositiveInt = 1024
    max_model_len: PositiveInt | None = None
    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1)] | None = None
    tensor_parallel_size: PositiveInt = 1


class OpenAISpec(ModelSpec):
    """A model behind a URL of the OpenAI API. `revision` is what the server's owner declares;
    without one the URL stands for it. `api_key_env` names the environment variable that holds the
    key. `extra_body` is sent with every request, and a null in it takes a field out; it shapes
    texts, so it is part of every key. Times are in seconds; a server that asks for a pause longer
    than `max_pause_s` ends the run."""

    model_config = ConfigDict(hide_input_in_errors=True)

    kind: Literal["openai"]
    url: Annotated[str, AfterValidator(normalise_url)]
    api_key_env: Annotated[str, AfterValidator(variable_name)] = "OPENAI_API_KEY"
    extra_body: dict[str, JsonValue] = {}
    in_flight: PositiveInt = 64
    attempts: PositiveInt = 5
    timeout_s: Limit = 600.0
    connect_timeout_s: Limit = 10.0
    max_pause_s: Limit = 900.0
    requests_per_minute: Limit | None = None
    tokens_per_minute: Limit | None = None


EngineSpec = Annotated[
    RulesSpec | NgramSpec | TransformersSpec | CTranslate2Spec | VllmSpec | OpenAISpec,
    Field(discriminator="kind"),
]

NOT_SHAPING = frozenset(
    {"price", "in_flight", "batch_tokens", "threads"}
    | {"model", "revision"}
    | {"batch_size", "window", "replicas", "device"}
    | {"gpu_memory_utilization", "tensor_parallel_size"}
    | {"url", "api_key_env", "attempts", "timeout_s", "connect_timeout_s", "max_pause_s"}
    | {"requests_per_minute", "tokens_per_minute"}
    | {"models"}
)
"""Settings of engines that change no text, or that the engine's identity holds (`weights_version`):
the model, and its URL where no revision is declared."""


class Limits(_Spec):
    """What may be spent; null is no limit. Tokens are those of prompts and completions together,
    money is in the currency of the engines' prices."""

    tokens: PositiveInt | None = None
    gpu_hours: Limit | None = None
    money: Limit | None = None


class Budget(_Spec):
    """Limits of one run, and of all runs of this home on one day of `schedule.timezone`."""

    run: Limits = Limits()
    day: Limits = Limits()


class GenerationProfile(_Spec):
    """Limits that hold for every engine. An engine that gives no sign of life for `hang_s` seconds
    is taken for hung: the step's process ends and is tried again."""

    attempts: PositiveInt
    hang_s: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    budget: Budget = Budget()
