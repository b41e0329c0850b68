"""The reference language models as assets: unpartitioned, in a group of their own, so that a launch
of the corpora stays one run and no backfill."""

from collections.abc import Mapping, Sequence

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.failures import final_failures
from synth_assets.defs.guard import is_forced, refuse_unchecked_batches
from synth_assets.defs.metadata import Metadata
from synth_assets.defs.partitions import asset_key
from synth_assets.executor.marks import marks_of
from synth_assets.executor.stopping import stop_asked
from synth_assets.modeling.reference import (
    Trained,
    Training,
    code_version,
    name_of,
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


def _metadata(trained: Trained) -> dict[str, Metadata]:
    notes = trained.notes
    numbers = {name: notes[name] for name in ("texts", "texts_left_out", "tokens", "held_out")}
    sizes = {f"{order}-grams": size for order, size in enumerate(trained.sizes, start=1)}
    usual = notes.get("perplexities") or []
    perplexity = {"median_perplexity_held_out": usual[49]} if usual else {}
    return {"path": dg.MetadataValue.path(trained.path), **numbers, **sizes, **perplexity}
