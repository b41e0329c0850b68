"""The profile's section `filtering.decontamination`."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from synth_assets.profile.section import DataFile, Name, Resolve, Section, TurnOff

MAX_NGRAM = 31

Words = Annotated[int, Field(ge=2, le=MAX_NGRAM)]


class EvaluationSet(Section):
    """One file of evaluation items: the fields that hold their texts, each looked for by itself,
    the fields that answer them, and the one that names them (null: the number of the record)."""

    path: DataFile
    text: Annotated[list[str], Field(min_length=1)]
    answers: list[str] = Field(default_factory=list)
    id: str | None = None


class Decontamination(Section):
    """Which evaluation items no document may hold: an n-gram of `ngram` words of one, or of
    `short_ngram` words of an item that has fewer than `ngram`."""

    ngram: Words
    short_ngram: Words
    sets: Annotated[dict[Name, EvaluationSet], TurnOff]

    @field_validator("short_ngram")
    @classmethod
    def _shorter(cls, value: int, info: ValidationInfo) -> int:
        if value > info.data.get("ngram", MAX_NGRAM):
            raise ValueError("it must not be larger than ngram")
        return value

    def located(self, resolve: Resolve) -> "Decontamination":
        """With absolute paths."""
        sets = {
            name: one.model_copy(update={"path": resolve(one.path)})
            for name, one in self.sets.items()
        }
        return self.model_copy(update={"sets": sets})
