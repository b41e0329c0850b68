"""The line: every corpus that a profile asks for, with its inputs, version and stage.

    raw_web -> filtered -> rewritten/<recipe> -> translated/<lang>
            -> signatures -> deduped -> packed

Both the Dagster definitions and the command line are made from this list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import DOCUMENT, Schema
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus, Store
from synth_assets.generation.spec import EngineSpec, ModelSpec
from synth_assets.profile.check_translation import in_order
from synth_assets.profile.model import Profile

BITEXT = "bitext/"
"""Corpora of pairs, which hold no documents."""


@dataclass(frozen=True)
class Stage:
    """One corpus of the line. `engine` makes a generated corpus, and decides where its step runs;
    `columns` are what it stores. What `stays` is not made again for a new version: later batches
    were judged by it. `models` are assets without batches that it reads. `pictures` are plots
    of a published batch by name, as Markdown."""

    corpus: str
    inputs: tuple[str, ...]
    code_version: str
    run: Callable[[StageRun], Footer]
    description: str
    engine: EngineSpec | None = None
    models: tuple[str, ...] = ()
    columns: Schema = field(default_factory=lambda: dict(DOCUMENT))
    stays: bool = False
    pictures: Callable[[Corpus], Mapping[str, str]] | None = None


def build_line(profile: Profile) -> list[Stage]:
    """The stages in an order in which they can run. What runs them is imported when it does."""
    from synth_assets.dedup import version as dedup
    from synth_assets.filtering import version as filtering
    from synth_assets.ingest import version as ingest
    from synth_assets.packing import version as packing
    from synth_assets.rewriting import stage as rewriting
    from synth_assets.translation import stage as translation

    line = [
        Stage(
            "raw_web",
            (),
            ingest.code_version(profile),
            _run_ingest,
            "Main text of every page of the batch's input files, as found.",
            columns=ingest.COLUMNS,
        ),
        Stage(
            "filtered",
            ("raw_web",),
            filtering.code_version(profile),
            _run_filtering,
            "Pages that pass language id, the quality rules of Gopher (arXiv 2112.11446), C4 "
            "(arXiv 1910.10683) and FineWeb (arXiv 2406.17557), and are no exact duplicates.",
            columns=filtering.COLUMNS,
        ),
    ]
    for name, settings in profile.rewriting.recipes.items():
        recipe = rewriting.recipe_of(profile, name)
        line.append(
            Stage(
                f"rewritten/{name}",
                ("filtered",),
                rewriting.code_version(profile, name),
                partial(rewriting.run, recipe=name),
                f"{recipe.description} Method: {recipe.source}.",
                engine=settings.engine,
                models=rewriting.models_of(profile, name),
                columns=rewriting.columns_of(recipe),
            )
        )
    for lang in in_order(profile):
        target = profile.translation.targets[lang]
        line.append(
            Stage(
                f"translated/{lang}",
                tuple(target.inputs),
                translation.code_version(profile, lang),
                partial(translation.run, lang=lang),
                f"Documents of {', '.join(target.inputs)} in {target.source_lang}, translated "
                f"sentence by sentence into {lang} with their structure kept.",
                engine=target.engine,
                columns=translation.COLUMNS,
            )
        )
    line += [stage for stage in _methods(profile) if not stage.corpus.startswith(BITEXT)]
    made = tuple(stage.corpus for stage in line[1:])
    return [
        *line,
        Stage(
            "signatures",
            made,
            dedup.signatures_version(profile),
            _run_signatures,
            "MinHash signatures (Broder 1997) of every document that deduped will judge.",
            columns=dedup.SIGNATURE_COLUMNS,
            stays=True,
        ),
        Stage(
            "deduped",
            (*made, "signatures"),
            dedup.code_version(profile),
            _run_dedup,
            "First seen of every group of exact and near duplicates, over all batches so far; near "
            "ones are found by MinHash (Broder 1997) and proven by their word sets.",
            columns=dedup.COLUMNS,
            stays=True,
        ),
        Stage(
            "packed",
            ("deduped",),
            packing.code_version(profile),
            _run_packing,
            "Token sequences of one length, every token traceable; best-fit packed (Fewer "
            "Truncations Improve Language Modeling, arXiv 2404.10830).",
            columns=packing.COLUMNS,
            pictures=_pictures_of_packed,
        ),
    ]


def _run_ingest(run: StageRun) -> Footer:
    from synth_assets.ingest import stage

    return stage.run(run)


def _run_filtering(run: StageRun) -> Footer:
    from synth_assets.filtering import stage

    return stage.run(run)


def _run_signatures(run: StageRun) -> Footer:
    from synth_assets.dedup import signatures

    return signatures.run_signatures(run)


def _run_dedup(run: StageRun) -> Footer:
    from synth_assets.dedup import stage

    return stage.run(run)


def _run_packing(run: StageRun) -> Footer:
    from synth_assets.packing import stage

    return stage.run(run)


def _pictures_of_packed(packed: Corpus) -> Mapping[str, str]:
    from synth_assets.packing import pictures

    return pictures.pictures(packed)


def _methods(profile: Profile) -> list[Stage]:
    """The corpora that methods of translation make."""
    methods = profile.translation.methods
    if not methods:
        return []
    from synth_assets.translation.methods import stage

    return [
        Stage(
            stage.corpus_of(name, method),
            stage.inputs_of(profile, method),
            stage.code_version(profile, name),
            partial(stage.run, name=name),
            (type(method).__doc__ or "").split("\n\n")[0],
            engine=stage.engine_of(method),
            columns=stage.columns_of(method),
        )
        for name, method in methods.items()
    ]


def build_bitexts(profile: Profile) -> list[Stage]:
    """The aligned pairs of every translation, and the pairs that methods make of them: beside the
    line, made when they are asked for."""
    from synth_assets.translation import bitext

    return [
        Stage(
            bitext.name_of(target.source_lang, lang),
            (f"translated/{lang}",),
            bitext.code_version(profile, lang),
            partial(bitext.run, lang=lang),
            f"The segments of translated/{lang} and what they were made from, aligned.",
            columns=bitext.COLUMNS,
        )
        for lang, target in profile.translation.targets.items()
    ] + [stage for stage in _methods(profile) if stage.corpus.startswith(BITEXT)]


def stale_batches(store: Store, line: list[Stage]) -> list[str]:
    """Keys of batches with a corpus that another code version made, sorted. A batch
    without the last corpus is unfinished, not stale."""
    return [
        batch
        for batch in store.batches(line[-1].corpus)
        if any(_is_stale(store, stage, batch) for stage in line)
    ]


def batches_with_failures(store: Store, line: list[Stage]) -> list[str]:
    """Keys of batches with failed requests in a corpus that a model made, sorted. Rules would only
    fail again."""
    found = {
        batch
        for stage in line
        if isinstance(stage.engine, ModelSpec)
        for batch in store.batches(stage.corpus)
        if _failed_requests(store, stage, batch)
    }
    return sorted(found)


def _failed_requests(store: Store, stage: Stage, batch: str) -> int:
    counts = store.open(stage.corpus, batch, lawful=False).footer.counts
    return counts.other.get("requests_failed", 0)


def _is_stale(store: Store, stage: Stage, batch: str) -> bool:
    if not store.has(stage.corpus, batch):
        return True
    made_by = store.open(stage.corpus, batch, lawful=False).footer.code_version
    return not stage.stays and made_by != stage.code_version
