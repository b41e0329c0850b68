"""What Dagster does not guard: inputs whose checks failed in another run, and earlier batches."""

from collections.abc import Mapping, Sequence

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.dedup.admitted import missing_signatures
from synth_assets.defs.partitions import ACTIVE, LAW_CHECK, PARTITION_TAG, asset_key
from synth_assets.executor.dagster_private import PartitionKeyFilter
from synth_assets.ingest.plan import load_manifest
from synth_assets.line import Stage

WAIT_S = 30
MAX_WAITS = 960
"""Eight hours: a night."""


def refuse_unchecked_inputs(
    context: dg.AssetExecutionContext,
    stage: Stage,
    blocking: Mapping[str, Sequence[str]],
    *,
    force: bool,
) -> None:
    """Refuse an input batch whose latest blocking check failed or never ran; Dagster itself
    blocks only inside one run. A forced run goes on, and its metadata says so."""
    for name in stage.inputs:
        key = asset_key(name)
        for check in (LAW_CHECK, *blocking.get(name, ())):
            verdict = _verdict(context, dg.AssetCheckKey(key, check))
            if verdict != "passed" and not force:
                raise dg.Failure(
                    description=(
                        f"{stage.corpus} refuses batch {context.partition_key} of {name}: its "
                        f"blocking check {check} {verdict}; materialize {name} with its checks "
                        f"again, or tag the run synth_assets/force=true"
                    ),
                    allow_retries=False,
                )


def _verdict(context: dg.AssetExecutionContext, key: dg.AssetCheckKey) -> str:
    """`passed`, `failed` or `has not run`, of the check's latest result for this batch as it was
    last materialized."""
    storage = context.instance.event_log_storage
    history = storage.get_asset_check_execution_history(
        key, limit=10, partition_filter=PartitionKeyFilter(key=context.partition_key)
    )
    for record in history:
        result = record.evaluation
        if isinstance(result, dg.AssetCheckEvaluation) and record.event is not None:
            if record.event.timestamp < _materialized_at(context, key.asset_key):
                return "has not run since it was last materialized"
            return "passed" if result.passed else "failed"
    return "has not run"


def _materialized_at(context: dg.AssetExecutionContext, key: dg.AssetKey) -> float:
    """When this batch was last materialized, in seconds; 0 where Dagster knows of none."""
    made = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=key, asset_partitions=[context.partition_key]), limit=1
    )
    return made.records[0].timestamp if made.records else 0.0


def wait_for_earlier_batches(context: dg.AssetExecutionContext, stage: Stage, store: Store) -> None:
    """`deduped` is judged against every earlier batch: while a run of one that still lacks
    signatures is under way, this step comes back later; otherwise the stage says what is missing.
    """
    if stage.corpus != "deduped":
        return
    admission = load_manifest(store, context.partition_key).admission
    for earlier in missing_signatures(store, admission):
        runs = context.instance.get_runs(
            dg.RunsFilter(statuses=ACTIVE, tags={PARTITION_TAG: earlier}), limit=1
        )
        if runs:
            context.log.info(f"waiting for the signatures of batch {earlier}")
            raise dg.RetryRequested(max_retries=MAX_WAITS, seconds_to_wait=WAIT_S)
