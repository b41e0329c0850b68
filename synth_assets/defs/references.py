"""The reference language models as assets: unpartitioned, in a group of their own, so that a launch
of the corpora stays one run and no backfill."""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.failures import final_failures
from synth_assets.defs.guard import is_forced, refuse_unchecked_batches
from synth_assets.defs.metadata import Metadata
from synth_assets.defs.partitions import asset_key
from synth_assets.executor.dagster_private import note_inputs_again
from synth_assets.executor.marks import marks_of
from synth_assets.executor.stopping import stop_asked
from synth_assets.generation.spec import REFERENCE
from synth_assets.line import Stage
from synth_assets.modeling.reference import (
    Trained,
    Training,
    code_version,
    name_of,
    train_first,
    train_reference,
)
from synth_assets.profile import Profile

MODEL_GROUP = "reference_models"


def reference_assets(
    profile: Profile, store: Store, blocking: Mapping[str, Sequence[str]]
) -> list[dg.AssetsDefinition]:
    """One asset per model of the profile. `blocking` names the blocking checks of `filtered`."""
    return [_asset(lang, profile, store, blocking) for lang in profile.reference_lms]


def _asset(
    lang: str, profile: Profile, store: Store, blocking: Mapping[str, Sequence[str]]
) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(name_of(lang)),
        deps=[] if profile.reference_lms[lang].files else [asset_key("filtered")],
        group_name=MODEL_GROUP,
        description=f"Interpolated Kneser-Ney n-gram model of {lang}, trained on filtered.",
        code_version=code_version(profile, lang),
        **marks_of(None),
    )
    def reference(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        training = Training(store, profile, lang, stop_asked)
        with final_failures(lang=lang):
            refuse_unchecked_batches(context, name_of(lang), "filtered", training.batches, blocking)
            trained = train_reference(training)
        return dg.MaterializeResult(
            metadata=_metadata(trained) | {"forced": is_forced(context)},
            data_version=dg.DataVersion(trained.digest),
        )

    return reference


def first_models(
    context: dg.AssetExecutionContext,
    stage: Stage,
    profile: Profile,
    store: Store,
    blocking: Mapping[str, Sequence[str]],
) -> Iterator[dg.AssetMaterialization]:
    """The reference models that a corpus reads and that are not there yet, trained on its batch:
    the first run of a line needs no other run before it. Later ones leave them as they are until
    somebody materializes them."""
    for name in stage.models:
        lang = name.removeprefix(REFERENCE)
        training = Training(store, profile, lang, stop_asked, context.partition_key)
        refuse_unchecked_batches(context, name, "filtered", training.batches, blocking)
        if (trained := train_first(training)) is not None:
            versions = {
                "dagster/code_version": code_version(profile, lang),
                "dagster/data_version": trained.digest,
            }
            yield dg.AssetMaterialization(
                asset_key(name), metadata=_metadata(trained), tags=versions
            )
            note_inputs_again(context)


def _metadata(trained: Trained) -> dict[str, Metadata]:
    notes = trained.notes
    numbers = {name: notes[name] for name in ("texts", "texts_left_out", "tokens", "held_out")}
    sizes = {f"{order}-grams": size for order, size in enumerate(trained.sizes, start=1)}
    usual = notes.get("perplexities") or []
    perplexity = {"median_perplexity_held_out": usual[49]} if usual else {}
    return {"path": dg.MetadataValue.path(trained.path), **numbers, **sizes, **perplexity}
