"""The recipes there are: every module in `recipes/`, and in a folder of the user's own, that
declares RECIPE under its own name."""

import pkgutil
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import MappingProxyType, ModuleType

from synth_assets.errors import ProfileError, SynthAssetsError
from synth_assets.rewriting import recipes as folder
from synth_assets.rewriting.recipe import Recipe


def recipes(own: str | None = None) -> Mapping[str, Recipe]:
    """All recipes by name, sorted; `own` is a folder of the user's, whose recipes stand in for
    packaged ones of the same name. Raises ProfileError for a file that declares none."""
    return MappingProxyType({name: find_recipe(name, own) for name in _all_names(own)})


@cache
def find_recipe(name: str, own: str | None = None) -> Recipe:
    """One recipe; the others' files are not looked into. Raises ProfileError, naming those there
    are, for an unknown name."""
    if own is not None and name in _own_names(own):
        return _of_user(Path(own) / f"{name}.py")
    if name in _names(folder.__path__[0]):
        return _packaged(name)
    raise ProfileError(
        f"rewriting.recipes.{name} is not allowed: there is no such recipe; "
        f"there are {', '.join(_all_names(own))}"
    )


def _all_names(own: str | None) -> list[str]:
    return sorted({*_names(folder.__path__[0]), *(_own_names(own) if own else ())})


def _own_names(own: str) -> list[str]:
    if not Path(own).is_dir():
        raise ProfileError(
            f"rewriting.folder = {own} is not allowed: there is no such folder; give one with a "
            f"file for each recipe"
        )
    return _names(own)


def _names(path: str) -> list[str]:
    return [found.name for found in pkgutil.iter_modules([path]) if not found.name.startswith("_")]


def _packaged(name: str) -> Recipe:
    module = import_module(f"{folder.__name__}.{name}")
    return _declared(module, name, f"rewriting/recipes/{name}.py")


def _of_user(path: Path) -> Recipe:
    """Loaded by its place: the folder need not be on Python's path."""
    spec = spec_from_file_location(f"synth_assets_user_recipes.{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except SynthAssetsError:
        raise
    except Exception as error:  # whatever stands in the user's file
        raise ProfileError(f"recipe {path} cannot be loaded: {error!r}") from error
    return _declared(module, path.stem, str(path))


def _declared(module: ModuleType, name: str, origin: str) -> Recipe:
    recipe = getattr(module, "RECIPE", None)
    if not isinstance(recipe, Recipe) or recipe.name != name:
        raise ProfileError(f"{origin} must declare RECIPE, a Recipe whose name is {name!r}")
    return recipe
