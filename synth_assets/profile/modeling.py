"""The profile's sections `reference_lms`, `translation_models`, and the filter's `perplexity`."""

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from synth_assets.profile.section import (
    DataFile,
    Language,
    Resolve,
    Section,
    Share,
    TurnOff,
    flores_code,
)

Percent = Annotated[int, Field(ge=1, le=99)]
Tier = Literal["head", "middle", "tail"]


MODEL_SUFFIX = ".ngram"
"""Of the file of a reference model."""


class ReferenceModel(Section):
    """An n-gram model of one language, the asset reference_lm/<lang>.

    It is trained on the documents of that language in `batches` of `filtered` (null: all there
    are), or on `files` of documents instead. `min_counts` are of the orders from 1 to `order`: how
    often a word, then an n-gram, must occur at least.
    """

    batches: list[str] | None = None
    files: list[DataFile] = Field(default_factory=list)
    order: Annotated[int, Field(ge=2, le=6)] = 4
    min_counts: list[PositiveInt] = Field(default_factory=lambda: [2, 2, 2, 2])
    max_words: Annotated[int, Field(ge=1, le=1 << 24)] = 500_000
    max_tokens: Annotated[int, Field(ge=1, le=1 << 30)] = 20_000_000

    @model_validator(mode="after")
    def _one_count_an_order(self) -> Self:
        counts = self.min_counts
        if len(counts) != self.order or counts[1:] != sorted(counts[1:]):
            raise ValueError(
                f"min_counts = {counts} is not allowed with order {self.order}: give one number "
                f"for each order, and from the second on none smaller than the one before"
            )
        return self

    def located(self, resolve: Resolve) -> "ReferenceModel":
        """With absolute paths."""
        return self.model_copy(update={"files": [resolve(file) for file in self.files]})


class PerplexityModel(Section):
    """A model's file: written by reference_lm/<lang>, or ARPA. A text is in the head up to the
    perplexity `head`, in the middle up to `middle`; null: the model's own percentiles."""

    path: DataFile
    head: PositiveFloat | None = None
    middle: PositiveFloat | None = None


class Perplexity(Section):
    """Models by language; the percentiles, of text that a model has not seen, at which its head and
    middle end; and the tiers that do not pass."""

    models: Annotated[dict[Language, PerplexityModel], TurnOff]
    head_percent: Percent
    middle_percent: Percent
    drop: list[Tier]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.head_percent >= self.middle_percent:
            raise ValueError("head_percent must be smaller than middle_percent")
        return self

    def located(self, resolve: Resolve) -> "Perplexity":
        """With absolute paths."""
        models = {
            lang: model.model_copy(update={"path": resolve(model.path)})
            for lang, model in self.models.items()
        }
        return self.model_copy(update={"models": models})


def split_pair(pair: str) -> tuple[str, str]:
    """`eng_Latn-cat_Latn`, or `en-ca`, as its two languages in FLORES codes. Raises ValueError for
    anything else, and for one language twice."""
    if pair.count("-") != 1:
        raise ValueError(f"{pair} is no language pair; give one such as eng_Latn-cat_Latn")
    source, target = map(flores_code, pair.split("-"))
    if source == target:
        raise ValueError(f"{pair} names one language twice; a pair has two")
    return source, target


def pair_code(pair: str) -> str:
    """A pair as corpora and models name it. Raises ValueError as `split_pair`."""
    return "-".join(split_pair(pair))


LanguagePair = Annotated[str, AfterValidator(pair_code)]


class BitextColumns(Section):
    """The columns of a bitext; one without `license` states none."""

    source: str = "source"
    target: str = "target"
    license: str = "license"


class TranslatorModel(Section):
    """A Marian model of one language pair, the asset translation_model/<pair>.

    It learns from `files` (Parquet, JSON Lines, TSV with a header), or, where there are none, from
    `batches` (null: all there are) of `corpora` (null: bitext/<pair>); of `licenses` alone where
    these are named. `base` is a checkpoint to go on from: shape and vocabulary are then its own.

    `start` lsa gives the embeddings a meaning shared by both languages before the first step, and
    lets the decoder look at like tokens (`modeling.translation.start`). In the first `short_first`
    of the steps only short segments are shown. A batch has up to `batch_tokens` tokens a side,
    padding included; the rate rises for `warmup` steps, falls with their inverse square root, and
    over the last `cooldown` of the steps to nothing. Every `evaluate_every` steps chrF is measured
    on `held_out` pairs, and after `patience` measures without a better one training ends. The mean
    of the last `average` weights is taken where it scores higher than the best of them.
    """

    files: list[DataFile] = Field(default_factory=list)
    corpora: list[str] | None = None
    batches: list[str] | None = None
    columns: BitextColumns = BitextColumns()
    licenses: list[str] | None = None
    max_pairs: PositiveInt = 2_000_000
    max_tokens: Annotated[int, Field(ge=4, le=510)] = 100
    held_out: PositiveInt = 300
    base: str | None = None
    vocabulary: Annotated[int, Field(ge=64, le=64_000)] = 8_000
    d_model: PositiveInt = 256
    heads: PositiveInt = 4
    ffn: PositiveInt = 1_024
    encoder_layers: PositiveInt = 3
    decoder_layers: PositiveInt = 2
    start: Literal["lsa", "random"] = "lsa"
    short_first: Share = 0.25
    steps: PositiveInt = 3_000
    batch_tokens: Annotated[int, Field(ge=512)] = 3_000
    rate: PositiveFloat = 1.5e-3
    warmup: PositiveInt = 150
    cooldown: Share = 0.3
    weight_decay: NonNegativeFloat = 0.01
    label_smoothing: Share = 0.1
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    evaluate_every: PositiveInt = 250
    patience: PositiveInt = 5
    average: PositiveInt = 4

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.d_model % (2 * self.heads):
            raise ValueError(
                f"d_model = {self.d_model} is not allowed with heads = {self.heads}: each head "
                f"needs the same even number of dimensions"
            )
        return self

    def located(self, resolve: Resolve) -> "TranslatorModel":
        """With absolute paths."""
        return self.model_copy(update={"files": [resolve(file) for file in self.files]})
