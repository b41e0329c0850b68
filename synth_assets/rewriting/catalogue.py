"""The recipes there are: every module in `recipes/` that declares RECIPE, under its own name."""

import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType

from synth_assets.errors import ProfileError
from synth_assets.rewriting import recipes as folder
from synth_assets.rewriting.recipe import Recipe


@lru_cache
def recipes() -> Mapping[str, Recipe]:
    """All recipes by name, sorted. Raises ProfileError for a file that declares none."""
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return MappingProxyType({name: _load(name) for name in names})


def find_recipe(name: str) -> Recipe:
    """Raises ProfileError, naming those there are, for an unknown name."""
    try:
        return recipes()[name]
    except KeyError:
        raise ProfileError(
            f"rewriting.recipes.{name} is not allowed: there is no such recipe; "
            f"there are {', '.join(recipes())}"
        ) from None


def _load(name: str) -> Recipe:
    recipe = getattr(import_module(f"{folder.__name__}.{name}"), "RECIPE", None)
    if not isinstance(recipe, Recipe) or recipe.name != name:
        raise ProfileError(
            f"rewriting/recipes/{name}.py must declare RECIPE, a Recipe whose name is {name!r}"
        )
    return recipe
