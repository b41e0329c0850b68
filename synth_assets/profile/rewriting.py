"""The profile's section `rewriting`."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from synth_assets.generation.gates.catalogue import GateChanges
from synth_assets.generation.spec import Amount, EngineSpec
from synth_assets.profile.section import Language, Name, Section, TurnOff


class RecipeProfile(Section):
    """One rewriting recipe that is turned on.

    `where` names columns of `filtered`, and for each the values, as text, of the documents that are
    taken: {quality_tier: [high, medium]}. `samples` are drawn of every passage, each a document of
    its own. `options` are the recipe's own numbers, such as rates. `gates` changes the recipe's;
    with `regenerate`, texts of earlier runs that a changed gate refuses are asked for once more.
    `strict` refuses a batch with documents in a language that the recipe has no prompt in.
    """

    engine: EngineSpec
    languages: list[Language] | None = None
    min_words: NonNegativeInt = 80
    max_words: PositiveInt = 20_000
    where: dict[Name, list[str]] = Field(default_factory=dict)
    samples: PositiveInt = 1
    options: dict[Name, Amount] = Field(default_factory=dict)
    gates: GateChanges = Field(default_factory=dict)
    regenerate: bool = False
    strict: bool = False


class RewritingProfile(Section):
    """The rewriting recipes by name; each is an asset rewritten/<name>. Null turns one off.
    `folder` holds recipes of the user's own, one file each; `few_shot` is a file that stands in
    for the shared table of personas and examples."""

    folder: str | None = None
    few_shot: str | None = None
    recipes: Annotated[dict[Name, RecipeProfile], TurnOff]
