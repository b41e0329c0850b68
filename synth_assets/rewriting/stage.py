"""filtered -> rewritten/<recipe>: one asset a recipe."""

from typing import Any

import polars as pl

from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.stage import StageRun
from synth_assets.errors import ProfileError
from synth_assets.generation.protocol import Engine, EngineIdentity, Sampling
from synth_assets.generation.spec import EngineSpec, TransformersSpec
from synth_assets.hashing import digest_json
from synth_assets.profile.model import Profile, RecipeProfile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.recipe import Recipe
from synth_assets.rewriting.work import RULES, RecipeWork

__all__ = ["COLUMNS", "VERSION", "code_version", "find_recipe", "make_work", "rewrite", "run"]

VERSION = "1"

_EXTRA: dict[str, pl.DataType] = {
    "relation": pl.String(),
    "n_passages": pl.Int64(),
    "length_ratio": pl.Float64(),
}
COLUMNS: dict[str, pl.DataType] = DOCUMENT | _EXTRA
"""`relation` tells deduplication how a row stands to its parent (adds, supersedes or extends);
`n_passages` is the number of requests it took; `length_ratio` its words per word of the parent."""

_NOT_SHAPING = {"engine": {"batch_size": True, "window": True, "device": True}}
"""Settings of speed, which change no text."""


def code_version(profile: Profile, name: str) -> str:
    """Digest of all that shapes the rows of rewritten/<name>."""
    from synth_assets.generation.engines import weights_version
    from synth_assets.packing.tokenizer import tokenizer_version

    recipe, settings = find_recipe(name), _settings(profile, name)
    return digest_json(
        [
            "rewriting",
            VERSION,
            recipe.version,
            settings.model_dump(mode="json", exclude=_NOT_SHAPING),
            weights_version(settings.engine),
            profile.seed,
            tokenizer_version(profile.packing.tokenizer),
        ]
    )


def run(run: StageRun, *, recipe: str) -> Footer:
    """Rewrite this batch of filtered with the engine that the profile names for the recipe.

    Raises EngineError when the engine cannot start or go on, CancelledError when asked to stop;
    what was generated until then is in the journal.
    """
    from synth_assets.generation.engines import use_engine

    spec = _settings(run.profile, recipe).engine
    with use_engine(spec) as engine:
        return rewrite(run, find_recipe(recipe), engine, engine.identity)


def rewrite(run: StageRun, recipe: Recipe, engine: Engine, identity: EngineIdentity) -> Footer:
    """Rewrite this batch of filtered with an open engine."""
    from synth_assets.generation.stage import generate_corpus
    from synth_assets.packing.tokenizer import token_counter

    if identity.kind == RULES and recipe.operation is None:
        raise ProfileError(
            f"rewriting.recipes.{recipe.name}.engine.kind = rules is not allowed: "
            f"this recipe needs a model, such as kind: transformers"
        )
    return generate_corpus(
        run,
        f"rewritten/{recipe.name}",
        [run.open("filtered")],
        make_work(run.profile, recipe, identity),
        engine,
        count_tokens=token_counter(run.profile.packing.tokenizer),
        extra=_EXTRA,
    )


def make_work(profile: Profile, recipe: Recipe, identity: EngineIdentity) -> RecipeWork:
    """The recipe as the profile narrows it."""
    settings = _settings(profile, recipe.name)
    languages = None if settings.languages is None else frozenset(settings.languages)
    return RecipeWork(
        recipe,
        identity,
        profile.seed,
        recipe.selection.narrowed(languages, settings.min_words, settings.max_words),
        _sampling(recipe, settings.engine),
    )


def _settings(profile: Profile, name: str) -> RecipeProfile:
    try:
        return profile.rewriting.recipes[name]
    except KeyError:
        on = ", ".join(profile.rewriting.recipes) or "none"
        raise ProfileError(
            f"rewriting.recipes.{name} is not turned on in profile {profile.name}; on are: {on}"
        ) from None


def _sampling(recipe: Recipe, spec: EngineSpec) -> Sampling:
    """The profile's sampling where it names one, else the recipe's."""
    if not isinstance(spec, TransformersSpec) or spec.sampling is None:
        return recipe.sampling
    values: dict[str, Any] = spec.sampling.model_dump()
    return Sampling(**values)
