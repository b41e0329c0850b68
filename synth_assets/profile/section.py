"""What the sections of a profile are made of."""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from synth_assets.filtering.language_codes import UNKNOWN, to_flores
from synth_assets.hashing import digest_json

LANGUAGE = re.compile(r"[a-z]{2,3}_[A-Z][a-z]{3}")


def flores_code(value: str) -> str:
    """Codes in other styles (`ca`, `cat`, `ca-ES`) are understood; a language that the tables do
    not know needs its script. Raises ValueError for what is no code."""
    if LANGUAGE.fullmatch(value):
        return value
    code = to_flores(value)
    if code == UNKNOWN:
        raise ValueError(
            f"{value!r} is no language that is known here: give a code such as ca, cat "
            f"or cat_Latn, with its script where the language is a rare one"
        )
    return code


Language = Annotated[str, AfterValidator(flores_code)]
Share = Annotated[float, Field(ge=0, le=1)]

NAME = re.compile(r"[a-z][a-z0-9_]*")


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError("a name is a lower-case letter, then lower-case letters, digits or _")
    return value


Name = Annotated[str, AfterValidator(_name)]

OWNER = re.compile(r"team:[A-Za-z0-9_]+|[\w.+-]+@[\w-]+(\.[\w-]+)+")


def _owner(value: str) -> str:
    if not OWNER.fullmatch(value):
        raise ValueError("an owner is an e-mail address, or team: and a name")
    return value


Owner = Annotated[str, AfterValidator(_owner)]


def _without_nulls(value: object) -> object:
    """Null turns an entry of the default off: `recipes: {faq: null}`."""
    if isinstance(value, dict):
        return {key: entry for key, entry in value.items() if entry is not None}
    return value


TurnOff = BeforeValidator(_without_nulls)


DataFile = str
"""A file relative to the home, or an fsspec URL; absolute once the profile is loaded."""

Resolve = Callable[[str], str]
"""Makes such a file absolute."""


class Section(BaseModel):
    """A part of the profile: unknown keys are errors, values do not change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def version(self) -> str:
        """Digest of this part, for the code version of the assets it shapes."""
        return digest_json(self.model_dump(mode="json"))
