"""`deduped` of a batch that an earlier one keeps waiting: it ends at once, and is started later.

A run never holds a place among the runs at once only to wait. Its `deduped` step ends without a
materialization, its conservation check says as a warning which batch is waited for, `packed` is
skipped, and the run is tagged. The sensor `waiting_batches` starts both when every batch admitted
before has its signatures.
"""

from collections.abc import Iterator

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.partitions import (
    ACTIVE,
    LINE_JOB,
    PARTITION_TAG,
    WAITING_TAG,
    WAITS_FOR_TAG,
    asset_key,
)
from synth_assets.executor.marks import PRIORITY_TAG
from synth_assets.ingest.plan import all_manifests, load_manifest

RESUMED = ("deduped", "packed")
SENSOR_INTERVAL_S = 30
RUNS_LOOKED_AT = 1000
"""The newest waiting runs; older ones were resumed long ago or are for people to look at."""


def batch_waited_for(context: dg.AssetExecutionContext, store: Store) -> str | None:
    """The first earlier batch that still lacks signatures and is on its way: at work, or planned
    and never run. None where there is none, or where one has failed: the stage then says so.

    Either way the run is tagged, so that the sensor takes the batch up.
    """
    from synth_assets.dedup.admitted import missing_signatures

    admission = load_manifest(store, context.partition_key).admission
    missing = missing_signatures(store, admission)
    if not missing:
        return None
    tags = {WAITING_TAG: "true", WAITS_FOR_TAG: missing[0]}
    context.instance.add_run_tags(context.run_id, tags)
    if all(_is_on_its_way(context.instance, key) for key in missing):
        return missing[0]
    return None


def _is_on_its_way(instance: dg.DagsterInstance, batch: str) -> bool:
    runs = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: batch}))
    return not runs or any(run.status in ACTIVE for run in runs)


def waits(batch: str, waited_for: str) -> dg.AssetCheckResult:
    """What the page of `deduped` shows meanwhile."""
    sentence = (
        f"batch {batch} waits for the signatures of batch {waited_for}, which was admitted before "
        f"it; the sensor waiting_batches starts deduped and packed when they are there"
    )
    return dg.AssetCheckResult(
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=sentence,
        metadata={"waits_for": waited_for},
    )


def waiting_batches_sensor(store: Store) -> dg.SensorDefinition:
    @dg.sensor(
        name="waiting_batches",
        job_name=LINE_JOB,
        minimum_interval_seconds=SENSOR_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts deduped and packed of batches that waited for an earlier one.",
    )
    def waiting_batches(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest]:
        yield from resumable(context.instance, store)

    return waiting_batches


def resumable(instance: dg.DagsterInstance, store: Store) -> Iterator[dg.RunRequest]:
    """One request for each batch that waited and need not any more, the earliest first."""
    from synth_assets.dedup.admitted import missing_signatures

    admissions = {manifest.key: manifest.admission for manifest in all_manifests(store)}
    waiting: dict[str, str] = {}
    tagged = dg.RunsFilter(tags={WAITING_TAG: "true"})
    for run in instance.get_runs(tagged, limit=RUNS_LOOKED_AT):
        waiting.setdefault(run.tags.get(PARTITION_TAG, ""), run.run_id)
    for batch in sorted(waiting.keys() & admissions.keys(), key=lambda key: admissions[key]):
        if store.has("deduped", batch) or missing_signatures(store, admissions[batch]):
            continue
        if not instance.get_runs(
            dg.RunsFilter(statuses=ACTIVE, tags={PARTITION_TAG: batch}), limit=1
        ):
            yield dg.RunRequest(
                run_key=f"{batch} after {waiting[batch]}",
                partition_key=batch,
                asset_selection=[asset_key(name) for name in RESUMED],
                tags={PRIORITY_TAG: str(-admissions[batch])},
            )
