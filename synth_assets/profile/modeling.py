"""The profile's section `reference_lms`, and the filter's `perplexity`."""

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from synth_assets.profile.decontamination import DataFile
from synth_assets.profile.section import Language, Section, TurnOff

Percent = Annotated[int, Field(ge=1, le=99)]
Tier = Literal["head", "middle", "tail"]


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
