"""The nightly refresh: a planning job over the inbox, and a sensor that runs what was planned.

The schedule's tick only starts the job: hashing gigabytes is no work for a tick. The sensor asks
for one run of every planned batch that never ran, so a crash between planning and running loses
no night.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.dedup.abandoned import is_abandoned
from synth_assets.defs.dead_runs import bury_dead_runs
from synth_assets.defs.partitions import LINE_JOB, PARTITION_TAG, PLAN_JOB, batches
from synth_assets.executor.marks import PRIORITY_TAG
from synth_assets.ingest.plan import BatchManifest, all_manifests, plan_batches
from synth_assets.profile import Profile

SENSOR_INTERVAL_S = 30


def planning_job(profile: Profile, store: Store) -> dg.JobDefinition:
    """Plans the inbox's new files into batches and registers their partitions."""

    @dg.op(name="plan_inbox")
    def plan_inbox(context: dg.OpExecutionContext) -> None:
        inbox = profile.schedule.inbox
        if "://" not in inbox:
            Path(inbox).mkdir(parents=True, exist_ok=True)
        today = datetime.now(ZoneInfo(profile.schedule.timezone)).date()
        report = plan_batches(store, [inbox], profile, today, empty_ok=True)
        keys = [manifest.key for manifest in report.batches]
        context.instance.add_dynamic_partitions(batches.name or "batch", keys)
        context.log.info(
            f"{len(keys)} new batches planned from {inbox}: {', '.join(keys) or 'none'}; "
            f"{len(report.unknown)} files of unknown kind"
        )

    @dg.job(
        name=PLAN_JOB,
        description="Plans new files in the inbox into batches.",
        executor_def=dg.in_process_executor,
    )
    def plan() -> None:
        plan_inbox()

    return plan


def nightly_refresh(profile: Profile) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name="nightly_refresh",
        job_name=PLAN_JOB,
        cron_schedule=profile.schedule.cron,
        execution_timezone=profile.schedule.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Plans the inbox's new files; the sensor new_batches then runs them.",
    )


def new_batches_sensor(store: Store) -> dg.SensorDefinition:
    @dg.sensor(
        name="new_batches",
        job_name=LINE_JOB,
        minimum_interval_seconds=SENSOR_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Requests one run of every planned batch that never ran.",
    )
    def new_batches(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        bury_dead_runs(context.instance)
        done = int(context.cursor or 0)
        waiting = list(unrun_batches(context.instance, store, after=done))
        if not waiting:
            context.update_cursor(str(max((m.admission for m in all_manifests(store)), default=0)))
            return dg.SkipReason("every planned batch has run")
        keys = [manifest.key for manifest in waiting]
        return dg.SensorResult(
            run_requests=[_request(manifest) for manifest in waiting],
            dynamic_partitions_requests=[batches.build_add_request(keys)],
            cursor=str(min(manifest.admission for manifest in waiting) - 1),
        )

    return new_batches


def _request(manifest: BatchManifest) -> dg.RunRequest:
    """Of queued runs the earliest batch goes first, also when it is tried again: `deduped` of all
    later ones waits for its signatures and keeps their places among the runs at once."""
    return dg.RunRequest(
        run_key=manifest.key,
        partition_key=manifest.key,
        tags={PRIORITY_TAG: str(-manifest.admission)},
    )


def unrun_batches(
    instance: dg.DagsterInstance, store: Store, *, after: int = 0
) -> Iterator[BatchManifest]:
    """Planned batches, in the order of admission, for which no run of the whole line was ever
    launched: neither by the sensor, nor from the UI, nor by the command line. `after` is an
    admission number up to which all are known to have run."""
    for manifest in all_manifests(store):
        if manifest.admission <= after or is_abandoned(store, manifest.key):
            continue
        runs = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: manifest.key}))
        if not any(covers_line(run) for run in runs):
            yield manifest


def covers_line(run: dg.DagsterRun) -> bool:
    """Whether a run was asked for the last corpus of the line, and not for earlier ones alone."""
    selection = run.asset_selection
    return dg.AssetKey("packed") in selection if selection else run.job_name == LINE_JOB
