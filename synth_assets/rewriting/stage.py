"""filtered -> rewritten/<recipe>: one asset a recipe."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.stage import StageRun
from synth_assets.errors import InputError, ProfileError
from synth_assets.generation.money.ledger import Meter, open_meter
from synth_assets.generation.protocol import Engine, EngineIdentity, Sampling
from synth_assets.generation.spec import NOT_SHAPING, EngineSpec, ModelSpec, NgramSpec
from synth_assets.hashing import digest, digest_json
from synth_assets.profile.model import Profile
from synth_assets.profile.rewriting import RecipeProfile
from synth_assets.rewriting import judging
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.conversation import RULES
from synth_assets.rewriting.few_shot import load_few_shot
from synth_assets.rewriting.recipe import Recipe, ServedBy

if TYPE_CHECKING:
    from synth_assets.generation.best import BestShare
    from synth_assets.generation.passes import Documents
    from synth_assets.rewriting.rejects import Parents
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
    "options": True,
    "strict": True,
}
"""Gates and options count as they are in force, in the recipe's version."""

SERVED: dict[str, ServedBy] = {
    RULES: "rules",
    "ngram": "resamplers",
    "transformers-resample": "resamplers",
    "transformers-causal": "writers",
    "transformers-seq2seq": "writers",
    "vllm": "writers",
    "openai": "writers",
}
"""By the kind of an engine, without its dtype."""

_WANTED: dict[ServedBy, str] = {
    "writers": "this recipe needs a model: kind: transformers, vllm or openai",
    "resamplers": "this recipe edits by a model's scores: kind: ngram, or kind: transformers with "
    "task: resample",
    "rules": "this recipe needs no model: kind: rules",
}


def recipe_of(profile: Profile, name: str) -> Recipe:
    """A packaged recipe, or one of the profile's folder, with the profile's few-shot table."""
    recipe = find_recipe(name, profile.rewriting.folder)
    own = profile.rewriting.few_shot
    if recipe.few_shot is None or own is None:
        return recipe
    return replace(recipe, few_shot=load_few_shot(Path(own)))


def columns_of(recipe: Recipe) -> dict[str, pl.DataType]:
    """All columns of rewritten/<recipe>."""
    return COLUMNS | dict(recipe.columns)


def code_version(profile: Profile, name: str) -> str:
    """Digest of all that shapes the rows of rewritten/<name>."""
    from synth_assets.packing.version import tokenizer_version

    settings = _settings(profile, name)
    return digest_json(
        [
            "rewriting",
            [VERSION, judging.VERSION],
            _in_force(recipe_of(profile, name), settings).version,
            settings.model_dump(mode="json", exclude=_NOT_SHAPING),
            _engine_version(profile, settings.engine),
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
    from synth_assets.modeling import reference
    from synth_assets.packing.tokenizer import token_counter

    check_engine(recipe, identity)
    parents = parents_of(run, recipe)
    work = make_work(run.profile, recipe, identity, [parents])
    check_where(work, parents)
    settings = _settings(run.profile, recipe.name)
    if settings.strict and not work.by_rules:
        _check_languages(work, parents)
    return generate_corpus(
        run,
        f"rewritten/{recipe.name}",
        [parents],
        work,
        engine,
        count_tokens=token_counter(run.profile.packing.tokenizer),
        extra=_EXTRA | dict(recipe.columns),
        meter=meter,
        regenerate=settings.regenerate,
        best=_best(work.recipe),
        models=reference.versions(run.profile, settings.engine),
    )


def models_of(profile: Profile, name: str) -> tuple[str, ...]:
    """The assets reference_lm/<lang> that the recipe's engine names."""
    from synth_assets.modeling.reference import name_of, named_by

    return tuple(name_of(lang) for lang in named_by(profile, _settings(profile, name).engine))


def _engine_version(profile: Profile, spec: EngineSpec) -> str:
    """A model that the profile trains counts by how it is trained: its content is an input, as the
    documents are."""
    from synth_assets.generation.engines import ngram, weights_version
    from synth_assets.modeling import reference

    if not isinstance(spec, NgramSpec):
        return weights_version(spec)
    trained = reference.named_by(profile, spec)
    known = {lang: reference.code_version(profile, lang) for lang in trained}
    return digest(*ngram.identity(spec, known).to_dict().values())


def check_engine(recipe: Recipe, identity: EngineIdentity) -> None:
    """Raises ProfileError for an engine that cannot do what the recipe asks for."""
    by = next((by for kind, by in SERVED.items() if identity.kind.startswith(kind)), None)
    serves = by in (None, recipe.served_by) or (by == "rules" and recipe.operation is not None)
    if not serves:
        raise ProfileError(
            f"rewriting.recipes.{recipe.name}.engine.kind = {identity.kind.partition('-')[0]} is "
            f"not allowed: {_WANTED[recipe.served_by]}"
        )


def parents_of(run: StageRun, recipe: Recipe) -> "Parents":
    """The documents of this batch of filtered that the recipe reads."""
    from synth_assets.rewriting.rejects import Rejects

    filtered = run.open("filtered")
    return Rejects(filtered, run.profile) if recipe.reads == "rejected" else filtered


def _in_force(recipe: Recipe, settings: RecipeProfile) -> Recipe:
    return recipe.with_gates(settings.gates).with_options(settings.options)


def _best(recipe: Recipe) -> "BestShare | None":
    from synth_assets.generation.best import BestShare
    from synth_assets.rewriting.rejects import QUALITY_COLUMNS

    if recipe.keeps_best is None:
        return None
    return BestShare(recipe.keeps_best, recipe.options["share"], QUALITY_COLUMNS)


def make_work(
    profile: Profile, recipe: Recipe, identity: EngineIdentity, inputs: "Sequence[Documents]" = ()
) -> "RecipeWork":
    """The recipe as the profile narrows it, among the documents of its inputs.

    Raises ProfileError where several samples are asked for of a sampling without chance.
    """
    from synth_assets.rewriting.work import RecipeWork

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
    selection = recipe.selection.narrowed(languages, settings.min_words, settings.max_words, where)
    return RecipeWork(
        _in_force(recipe, settings),
        identity,
        profile.seed,
        selection,
        sampling,
        settings.samples,
        surroundings=recipe.surroundings and recipe.surroundings(inputs, selection),
    )


def check_where(work: "RecipeWork", filtered: "Parents") -> None:
    """Raises InputError where the selection looks at a column that the batch does not have."""
    unknown = [name for name in work.selection.where if name not in filtered.columns]
    if unknown:
        raise InputError(
            f"rewriting.recipes.{work.recipe.name}.where names {', '.join(unknown)}, which this "
            f"batch of filtered does not have; it has {', '.join(filtered.columns)}"
        )


def _check_languages(work: "RecipeWork", filtered: "Parents") -> None:
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
