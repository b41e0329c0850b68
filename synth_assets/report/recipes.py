"""The catalogue of recipes as a table for the terminal."""

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.table import Table

from synth_assets.generation.money.prices import FREE, price_of
from synth_assets.profile.model import Profile
from synth_assets.report.money import print_wide
from synth_assets.rewriting.recipe import Recipe, ServedBy

_OTHERS: Mapping[ServedBy, str] = {"resamplers": "ngram or a model's scores", "rules": "rules"}


def print_recipes(recipes: Mapping[str, Recipe], profile: Profile) -> None:
    table = Table(box=SIMPLE_HEAD)
    for name in ("recipe", "source", "takes", "calls per document", "relation", "adds", "engine"):
        table.add_column(name, overflow="fold")
    for name, recipe in recipes.items():
        table.add_row(
            name,
            recipe.source,
            _takes(recipe),
            recipe.calls,
            recipe.relation,
            ", ".join(recipe.columns) or "-",
            _engine(name, recipe, profile),
        )
    print_wide(table)


def _takes(recipe: Recipe) -> str:
    selection = recipe.selection
    languages = ", ".join(sorted(selection.languages)) if selection.languages else "any language"
    return f"{languages}, {selection.min_words:,} words or more"


def _engine(name: str, recipe: Recipe, profile: Profile) -> str:
    """What the profile has for it, and its price; or what it could be."""
    settings = profile.rewriting.recipes.get(name)
    if settings is None:
        by = "rules or a model" if recipe.operation else "a model"
        return f"off; {_OTHERS.get(recipe.served_by, by)}"
    price = price_of(settings.engine)
    costs = "no price set" if price is None else "free" if price == FREE else "priced"
    return f"{settings.engine.kind}, {costs}"
