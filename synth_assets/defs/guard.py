"""What Dagster does not guard: inputs whose checks failed in another run."""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.partitions import FORCE_TAG, LAW_CHECK, asset_key
from synth_assets.executor.dagster_private import PartitionKeyFilter
from synth_assets.ingest.plan import load_manifest
from synth_assets.line import Stage


def refuse_unchecked_inputs(
    context: dg.AssetExecutionContext,
    stage: Stage,
    blocking: Mapping[str, Sequence[str]],
    store: Store,
) -> None:
    """Refuse an input batch whose latest blocking check failed or never ran; Dagster itself
    blocks only inside one run. A forced run goes on, and its metadata says so."""
    for name in stage.inputs:
        batch = _batch_read(stage, name, context.partition_key, store)
        refuse_unchecked_batches(context, stage.corpus, name, [batch], blocking)


def refuse_unchecked_batches(
    context: dg.AssetExecutionContext,
    reader: str,
    corpus: str,
    batches: Iterable[str],
    blocking: Mapping[str, Sequence[str]],
) -> None:
    """The same for some batches of one input of the asset `reader`."""
    if is_forced(context):
        return
    for batch in batches:
        made_at = _materialized_at(context, asset_key(corpus), batch)
        for check in (LAW_CHECK, *blocking.get(corpus, ())):
            key = dg.AssetCheckKey(asset_key(corpus), check)
            verdict = _verdict(context, key, batch, made_at)
            if verdict != "passed":
                raise dg.Failure(
                    description=(
                        f"{reader} refuses batch {batch} of {corpus}: its blocking check {check} "
                        f"{verdict}; materialize {corpus} with its checks again, or tag the run "
                        f"synth_assets/force=true"
                    ),
                    allow_retries=False,
                )


def is_forced(context: dg.AssetExecutionContext) -> bool:
    """Whether the run is tagged to go on whatever checks have found."""
    return context.run.tags.get(FORCE_TAG, "") == "true"


def _batch_read(stage: Stage, name: str, batch: str, store: Store) -> str:
    """The batch of an input that a stage reads: `signatures` and `deduped` of a late batch take
    their rows from the batch that these were made in."""
    if stage.stays and name != "signatures":
        return load_manifest(store, batch).late_of or batch
    return batch


def _verdict(
    context: dg.AssetExecutionContext, key: dg.AssetCheckKey, batch: str, made_at: float
) -> str:
    """`passed`, `failed` or `has not run`, of the check's latest result for this batch as it was
    last materialized."""
    storage = context.instance.event_log_storage
    history = storage.get_asset_check_execution_history(
        key, limit=10, partition_filter=PartitionKeyFilter(key=batch)
    )
    for record in history:
        result = record.evaluation
        if isinstance(result, dg.AssetCheckEvaluation) and record.event is not None:
            if record.event.timestamp < made_at:
                return "has not run since it was last materialized"
            return "passed" if result.passed else "failed"
    return "has not run"


def _materialized_at(context: dg.AssetExecutionContext, key: dg.AssetKey, batch: str) -> float:
    """When this batch was last materialized, in seconds; 0 where Dagster knows of none."""
    made = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=key, asset_partitions=[batch]), limit=1
    )
    return made.records[0].timestamp if made.records else 0.0
