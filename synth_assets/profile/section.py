"""What the sections of a profile are made of."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from synth_assets.hashing import digest_json

LANGUAGE = re.compile(r"[a-z]{2,3}_[A-Z][a-z]{3}")


def _flores_code(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise ValueError("a language is a FLORES code such as cat_Latn")
    return value


Language = Annotated[str, AfterValidator(_flores_code)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _without_nulls(value: object) -> object:
    """Null turns an entry of the default off: `recipes: {faq: null}`."""
    if isinstance(value, dict):
        return {key: entry for key, entry in value.items() if entry is not None}
    return value


TurnOff = BeforeValidator(_without_nulls)


class Section(BaseModel):
    """A part of the profile: unknown keys are errors, values do not change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def version(self) -> str:
        """Digest of this part, for the code version of the assets it shapes."""
        return digest_json(self.model_dump(mode="json"))
