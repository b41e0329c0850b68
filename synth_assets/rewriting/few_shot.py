"""The shared table that prompts are filled from: personas to write for, and examples to write like.

A persona is a role together with an aim, so that two short lists give hundreds; an example is a
passage with a question that somebody would look it up by. Both are drawn by the document (see
`Conversation.chance`), never by the batch. The packaged table is `few_shot.yaml`, in English: the
prompts ask for the document's language. A profile's `rewriting.few_shot` stands in for it.
"""

from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from random import Random
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from synth_assets.errors import ProfileError
from synth_assets.hashing import digest_json
from synth_assets.yaml_text import read_yaml

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


class Example(BaseModel):
    """A passage, and a question that it answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    passage: Text
    query: Text


class FewShot(BaseModel):
    """Roles and aims stand after each other in a sentence: "a nurse" and "who wants ..."."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: Texts
    aims: Texts
    examples: Annotated[tuple[Example, ...], Field(min_length=1)]

    @cached_property
    def version(self) -> str:
        """Digest of the whole table; part of a recipe's `gen_version`."""
        return digest_json(self.model_dump())

    def persona(self, chance: Random) -> str:
        """One of all roles with one of all aims."""
        return f"{chance.choice(self.roles)} {chance.choice(self.aims)}"

    def shown(self, chance: Random, count: int) -> str:
        """So many examples, or all there are, below each other."""
        drawn = chance.sample(self.examples, min(count, len(self.examples)))
        return "\n\n".join(f"Passage: {one.passage}\nQuestion: {one.query}" for one in drawn)


@cache
def packaged_few_shot() -> FewShot:
    """The table that comes with the package."""
    return load_few_shot(files(__package__) / "few_shot.yaml")


def load_few_shot(path: Path | Traversable) -> FewShot:
    """Raises ProfileError with one sentence for a file that is missing or no such table."""
    try:
        return FewShot.model_validate(read_yaml(path, "rewriting.few_shot:"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ProfileError(
            f"rewriting.few_shot: {path}: {place}: {first['msg']}; a table has the lists roles "
            f"and aims, and examples, each with passage and query"
        ) from None
