"""The translation models as assets: unpartitioned, beside the reference models."""

from collections.abc import Mapping, Sequence

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.failures import final_failures
from synth_assets.defs.guard import is_forced, refuse_unchecked_batches
from synth_assets.defs.metadata import Metadata
from synth_assets.defs.partitions import asset_key
from synth_assets.defs.references import MODEL_GROUP
from synth_assets.executor.marks import marks_of_training
from synth_assets.executor.stopping import stop_asked
from synth_assets.modeling.translation import corpora
from synth_assets.modeling.translation.translator import (
    Job,
    Trained,
    code_version,
    name_of,
    train_translator,
)
from synth_assets.profile import Profile
from synth_assets.profile.modeling import split_pair


def translator_assets(
    profile: Profile, store: Store, blocking: Mapping[str, Sequence[str]]
) -> list[dg.AssetsDefinition]:
    """One asset per model of the profile. `blocking` names the blocking checks by corpus."""
    return [_asset(pair, profile, store, blocking) for pair in profile.translation_models]


def _asset(
    pair: str, profile: Profile, store: Store, blocking: Mapping[str, Sequence[str]]
) -> dg.AssetsDefinition:
    settings = profile.translation_models[pair]
    languages = split_pair(pair)
    name = name_of(languages)

    @dg.asset(
        key=asset_key(name),
        deps=[asset_key(corpus) for corpus in corpora.corpora_of(settings, pair)],
        group_name=MODEL_GROUP,
        description=f"Marian model from {languages[0]} to {languages[1]}, trained on a bitext.",
        code_version=code_version(settings, languages, profile.seed),
        **marks_of_training(),
    )
    def translator(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        job = Job(
            languages,
            settings,
            profile.seed,
            corpora.folder_of(store, name),
            context.log.info,
            stop_asked,
        )
        with final_failures(pair=pair):
            for corpus, batch in corpora.batches_of(store, settings, pair):
                refuse_unchecked_batches(context, name, corpus, [batch], blocking)
            trained = train_translator(corpora.frames_of(store, settings, pair), job)
        return dg.MaterializeResult(
            metadata=_metadata(trained) | {"forced": is_forced(context)},
            data_version=dg.DataVersion(trained.digest),
        )

    return translator


def _metadata(trained: Trained) -> dict[str, Metadata]:
    return {
        "path": dg.MetadataValue.path(trained.path),
        "pairs": len(trained.bitext.train),
        "held_out": len(trained.bitext.held_out),
        "bleu_held_out": trained.scores.bleu,
        "chrf_held_out": trained.scores.chrf,
        "steps": trained.steps,
        "target_tokens": trained.tokens,
        "parameters": trained.parameters,
        "card": dg.MetadataValue.md((trained.path / "README.md").read_text()),
    }
