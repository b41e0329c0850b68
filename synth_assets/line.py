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
from synth_assets.profile.model import Profile


@dataclass(frozen=True)
class Stage:
    """One corpus of the line. `engine` makes a generated corpus, and decides where its step runs;
    `columns` are what it stores. What `stays` is not made again for a new version: later batches
    were judged by it. `pictures` are plots of a published batch by name, as Markdown."""

    corpus: str
    inputs: tuple[str, ...]
    code_version: str
    run: Callable[[StageRun], Footer]
    description: str
    engine: EngineSpec | None = None
    columns: Schema = field(default_factory=lambda: dict(DOCUMENT))
    stays: bool = False
    pictures: Callable[[Corpus], Mapping[str, str]] | None = None


def build_line(profile: Profile) -> list[Stage]:
    """The stages in an order in which they can run."""
    from synth_assets.dedup import stage as dedup
    from synth_assets.filtering import stage as filtering
    from synth_assets.ingest import stage as ingest
    from synth_assets.packing import stage as packing
    from synth_assets.rewriting import stage as rewriting
    from synth_assets.translation import stage as translation

    line = [
        Stage(
            "raw_web",
            (),
            ingest.code_version(profile),
            ingest.run,
            "Main text of every page of the batch's input files, as found.",
            columns=ingest.COLUMNS,
        ),
        Stage(
            "filtered",
            ("raw_web",),
            filtering.code_version(profile),
            filtering.run,
            "Pages that pass language id, the Gopher and C4 quality rules and exact duplicates.",
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
                recipe.description,
                engine=settings.engine,
                columns=rewriting.columns_of(recipe),
            )
        )
    for lang, target in profile.translation.targets.items():
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
    made = tuple(stage.corpus for stage in line[1:])
    return [
        *line,
        Stage(
            "signatures",
            made,
            dedup.signatures_version(profile),
            dedup.run_signatures,
            "MinHash signatures of every document that deduped will judge.",
            columns=dedup.SIGNATURE_COLUMNS,
            stays=True,
        ),
        Stage(
            "deduped",
            (*made, "signatures"),
            dedup.code_version(profile),
            dedup.run,
            "First seen of every group of exact and near duplicates, over all batches so far.",
            columns=dedup.COLUMNS,
            stays=True,
        ),
        Stage(
            "packed",
            ("deduped",),
            packing.code_version(profile),
            packing.run,
            "Token sequences of one length, best-fit packed, every token traceable.",
            columns=packing.COLUMNS,
            pictures=packing.pictures,
        ),
    ]


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
