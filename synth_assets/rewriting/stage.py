"""filtered -> rewritten/<recipe>: one asset a recipe."""

from collections import Counter
from typing import Any

import polars as pl

from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus
from synth_assets.errors import InputError, ProfileError
from synth_assets.generation.money.ledger import Meter, open_meter
from synth_assets.generation.protocol import Engine, EngineIdentity, Sampling
from synth_assets.generation.spec import NOT_SHAPING, EngineSpec, ModelSpec
from synth_assets.hashing import digest_json
from synth_assets.profile.model import Profile
from synth_assets.profile.rewriting import RecipeProfile
from synth_assets.rewriting import judging
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.conversation import RULES
from synth_assets.rewriting.recipe import Recipe
from synth_assets.rewriting.work import RecipeWork

VERSION = "3"

_EXTRA: dict[str, pl.DataType] = {
    "relation": pl.String(),
    "n_answers": pl.Int64(),
    "length_ratio": pl.Float64(),
    "prompt_lang": pl.String(),
}
COLUMNS: dict[str, pl.DataType] = DOCUMENT | _EXTRA
"""`relation` tells deduplication how a row stands to its parent (adds, supersedes or extends);
`n_answers` is how many answers it was made of; `length_ratio` its words per word of
the parent; `prompt_lang` the language of the prompt, English where the recipe has none in the
document's, null where there was no prompt."""

_NOT_SHAPING: dict[str, Any] = {
    "engine": dict.fromkeys(NOT_SHAPING, True),
    "gates": True,
    "strict": True,
}
"""Gates count as they are in force, in the recipe's version."""


def recipe_of(profile: Profile, name: str) -> Recipe:
    """A packaged recipe, or one of the profile's folder."""
    return find_recipe(name, profile.rewriting.folder)


def columns_of(recipe: Recipe) -> dict[str, pl.DataType]:
    """All columns of rewritten/<recipe>."""
    return COLUMNS | dict(recipe.columns)


def code_version(profile: Profile, name: str) -> str:
    """Digest of all that shapes the rows of rewritten/<name>."""
    from synth_assets.generation.engines import weights_version
    from synth_assets.packing.tokenizer import tokenizer_version

    settings = _settings(profile, name)
    return digest_json(
        [
            "rewriting",
            [VERSION, judging.VERSION],
            recipe_of(profile, name).with_gates(settings.gates).version,
            settings.model_dump(mode="json", exclude=_NOT_SHAPING),
            weights_version(settings.engine),
            profile.seed,
            tokenizer_version(profile.packing.tokenizer),
        ]
    )


def run(run: StageRun, *, recipe: str) -> Footer:
    """Rewrite this batch of filtered with the engine that the profile names for the recipe.

    Raises EngineError when the engine cannot start or go on, CancelledError when asked to stop,
    BudgetError when a limit is reached; what was generated until then is in the journal.
    """
    from synth_assets.generation.engines import use_engine

    spec = _settings(run.profile, recipe).engine
    meter = open_meter(run, f"rewritten/{recipe}", spec)
    with use_engine(spec) as engine:
        return rewrite(run, recipe_of(run.profile, recipe), engine, engine.identity, meter)


def rewrite(
    run: StageRun,
    recipe: Recipe,
    engine: Engine,
    identity: EngineIdentity,
    meter: Meter | None = None,
) -> Footer:
    """Rewrite this batch of filtered with an open engine."""
    from synth_assets.generation.stage import generate_corpus
    from synth_assets.packing.tokenizer import token_counter

    if identity.kind == RULES and recipe.operation is None:
        raise ProfileError(
            f"rewriting.recipes.{recipe.name}.engine.kind = rules is not allowed: "
            f"this recipe needs a model: kind: transformers, vllm or openai"
        )
    work = make_work(run.profile, recipe, identity)
    filtered = run.open("filtered")
    check_where(work, filtered)
    settings = _settings(run.profile, recipe.name)
    if settings.strict and not work.by_rules:
        _check_languages(work, filtered)
    return generate_corpus(
        run,
        f"rewritten/{recipe.name}",
        [filtered],
        work,
        engine,
        count_tokens=token_counter(run.profile.packing.tokenizer),
        extra=_EXTRA | dict(recipe.columns),
        meter=meter,
        regenerate=settings.regenerate,
    )


def make_work(profile: Profile, recipe: Recipe, identity: EngineIdentity) -> RecipeWork:
    """The recipe as the profile narrows it.

    Raises ProfileError where several samples are asked for of a sampling without chance.
    """
    settings = _settings(profile, recipe.name)
    languages = None if settings.languages is None else frozenset(settings.languages)
    where = {name: frozenset(values) for name, values in settings.where.items()}
    sampling = _sampling(settings.engine)
    drawn = (sampling or recipe.writes.sampling).temperature > 0 and identity.kind != RULES
    if settings.samples > 1 and not drawn:
        raise ProfileError(
            f"rewriting.recipes.{recipe.name}.samples = {settings.samples} is not allowed: without "
            f"chance all samples are the same; set engine.sampling.temperature above 0, or 1 sample"
        )
    return RecipeWork(
        recipe.with_gates(settings.gates),
        identity,
        profile.seed,
        recipe.selection.narrowed(languages, settings.min_words, settings.max_words, where),
        sampling,
        settings.samples,
    )


def check_where(work: RecipeWork, filtered: Corpus) -> None:
    """Raises InputError where the selection looks at a column that the batch does not have."""
    unknown = [name for name in work.selection.where if name not in filtered.columns]
    if unknown:
        raise InputError(
            f"rewriting.recipes.{work.recipe.name}.where names {', '.join(unknown)}, which this "
            f"batch of filtered does not have; it has {', '.join(filtered.columns)}"
        )


def _check_languages(work: RecipeWork, filtered: Corpus) -> None:
    """Raises InputError for a document that the recipe takes and has no prompt for."""
    missing: Counter[str] = Counter()
    for frame in filtered.frames(work.selection.columns):
        for row in frame.iter_rows(named=True):
            if not work.selection.reason(row) and not work.recipe.has_prompts(row["lang"]):
                missing[row["lang"]] += 1
    if missing:
        some = ", ".join(f"{count:,} in {lang}" for lang, count in missing.most_common(5))
        name = work.recipe.name
        raise InputError(
            f"rewriting.recipes.{name}.strict = true, and this batch of filtered holds documents "
            f"without a prompt in their language ({some}); there are prompts in "
            f"{', '.join(work.recipe.writes.prompts.by_lang)}: add "
            f"prompts/{name}/<step>.<lang>.md for every step, narrow "
            f"rewriting.recipes.{name}.languages, or set strict: false"
        )


def _settings(profile: Profile, name: str) -> RecipeProfile:
    try:
        return profile.rewriting.recipes[name]
    except KeyError:
        on = ", ".join(profile.rewriting.recipes) or "none"
        raise ProfileError(
            f"rewriting.recipes.{name} is not turned on in profile {profile.name}; on are: {on}"
        ) from None


def _sampling(spec: EngineSpec) -> Sampling | None:
    """The profile's sampling, where it names one."""
    if not isinstance(spec, ModelSpec) or spec.sampling is None:
        return None
    values: dict[str, Any] = spec.sampling.model_dump()
    return Sampling(**values)
