"""The corpora as assets: each a thin wrapper that runs its stage on one batch."""

import os
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import Schema
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.defs.columns import column_lineage, column_schema
from synth_assets.defs.failures import final_failures
from synth_assets.defs.guard import is_forced, refuse_unchecked_inputs
from synth_assets.defs.metadata import Metadata, account, describe
from synth_assets.defs.partitions import (
    BITEXT_GROUP,
    GROUP,
    LAW_CHECK,
    LINE_JOB,
    REPUBLISH_TAG,
    RETRY_FAILED_TAG,
    asset_key,
    batches,
)
from synth_assets.defs.references import first_models
from synth_assets.defs.waiting import batch_waited_for, waits
from synth_assets.errors import TakenDownError
from synth_assets.executor.lanes import current_lane
from synth_assets.executor.marks import GENERATION_RETRIES, marks_of
from synth_assets.executor.stopping import report_hang, stop_asked
from synth_assets.generation.money.ledger import open_ledger
from synth_assets.line import Stage
from synth_assets.parts import record
from synth_assets.profile import Profile

Yielded = dg.MaterializeResult[None] | dg.AssetCheckResult | dg.AssetMaterialization


def corpus_assets(
    line: Sequence[Stage],
    profile: Profile,
    store: Store,
    blocking: Mapping[str, Sequence[str]],
    bitexts: Sequence[Stage] = (),
) -> list[dg.AssetsDefinition]:
    """One asset per stage. `blocking` names the blocking checks of each corpus, beside the law;
    `bitexts` stand in a group of their own, so that the line's runs do not make them."""
    schemas = {stage.corpus: stage.columns for stage in (*line, *bitexts)}
    groups = [(GROUP, line), (BITEXT_GROUP, bitexts)]
    return [
        _asset(stage, schemas, profile, store, blocking, group=group)
        for group, stages in groups
        for stage in stages
    ]


def line_job() -> dg.JobDefinition:
    """All corpora of one batch in one run; what the sensor and the command line launch."""
    selection = dg.AssetSelection.groups(GROUP)
    return dg.define_asset_job(  # type: ignore[return-value]
        LINE_JOB, selection=selection, partitions_def=batches, description="All corpora of a batch"
    )


def _asset(
    stage: Stage,
    schemas: Mapping[str, Schema],
    profile: Profile,
    store: Store,
    blocking: Mapping[str, Sequence[str]],
    *,
    group: str,
) -> dg.AssetsDefinition:
    law = dg.AssetCheckSpec(
        LAW_CHECK,
        asset=asset_key(stage.corpus),
        blocking=True,
        partitions_def=batches,
        description="Nothing vanishes: what came in equals what was kept, dropped or failed.",
    )
    retries = dg.RetryPolicy(max_retries=GENERATION_RETRIES, delay=1)
    lineage = column_lineage(stage, {name: schemas[name] for name in stage.inputs})

    @dg.asset(
        key=asset_key(stage.corpus),
        deps=[asset_key(name) for name in (*stage.inputs, *stage.models)],
        partitions_def=batches,
        group_name=group,
        description=stage.description,
        code_version=stage.code_version,
        check_specs=[law],
        owners=profile.owners,
        metadata={"dagster/column_schema": column_schema(stage.corpus, stage.columns)},
        retry_policy=retries if stage.engine is not None else None,
        output_required=stage.corpus != "deduped",
        **marks_of(stage.engine),
    )
    def corpus(context: dg.AssetExecutionContext) -> Iterator[Yielded]:
        run = _stage_run(context, stage, profile, store)
        refuse_unchecked_inputs(context, stage, blocking, store)
        waited_for = batch_waited_for(context, store) if stage.corpus == "deduped" else None
        if waited_for is not None:
            yield waits(run.batch, waited_for)
            return
        yield from first_models(context, stage, profile, store, blocking)
        footer = _run(stage, run)
        yield _result(stage, run, footer, law, {"dagster/column_lineage": lineage})

    return corpus


def _stage_run(
    context: dg.AssetExecutionContext, stage: Stage, profile: Profile, store: Store
) -> StageRun:
    return StageRun(
        store=store,
        profile=profile,
        batch=context.partition_key,
        code_version=stage.code_version,
        run_id=context.run_id,
        log=context.log.info,
        cancelled=stop_asked,
        force=is_forced(context),
        on_hang=report_hang,
        retry_failed=context.run.tags.get(RETRY_FAILED_TAG, "") == "true",
        republish=context.run.tags.get(REPUBLISH_TAG, "") == "true",
    )


def _run(stage: Stage, run: StageRun) -> Footer:
    """A step that a takedown came across is retried."""
    with final_failures(corpus=stage.corpus, batch=run.batch):
        record(run.store.files, stage, run.profile)
        try:
            return stage.run(run)
        except TakenDownError as error:
            run.log(f"{error}; it is")
            raise dg.RetryRequested(max_retries=GENERATION_RETRIES) from error


def _result(
    stage: Stage,
    run: StageRun,
    footer: Footer,
    law: dg.AssetCheckSpec,
    more: Mapping[str, Metadata],
) -> dg.MaterializeResult[None]:
    corpus = run.store.open(stage.corpus, run.batch, lawful=False)
    ledger = open_ledger(run.profile)
    spent = account(run.store, ledger, stage.corpus, run.batch) if stage.engine else {}
    plots = stage.pictures(corpus) if stage.pictures is not None else {}
    metadata = describe(run.store, corpus, stage.columns, stage.inputs) | spent
    metadata |= {name: dg.MetadataValue.md(image) for name, image in plots.items()}
    metadata |= {"lane": current_lane(), "process": os.getpid(), "forced": run.force, **more}
    return dg.MaterializeResult(
        metadata=metadata,
        data_version=dg.DataVersion(corpus.data_version),
        check_results=[
            dg.AssetCheckResult(
                passed=not footer.broken_laws,
                asset_key=law.asset_key,
                check_name=law.name,
                metadata={item.name: str(item) for item in footer.laws},
            )
        ],
    )
