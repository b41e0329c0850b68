"""Running a batch from the command line: this process is the run's worker."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.dedup.abandoned import is_abandoned
from synth_assets.defs.dead_runs import bury_dead_runs
from synth_assets.defs.partitions import (
    ACTIVE,
    LINE_JOB,
    PARTITION_TAG,
    REPUBLISH_TAG,
    RETRY_FAILED_TAG,
    WAITING_TAG,
    asset_key,
    batches,
)
from synth_assets.defs.pinned import pinned_profile
from synth_assets.defs.planning import covers_line
from synth_assets.executor.dagster_private import RunFailureReason, create_run, execute_run
from synth_assets.executor.local_lane import LocalLane
from synth_assets.executor.workers import worker_tags
from synth_assets.home import Home
from synth_assets.ingest.plan import all_manifests

Say = Callable[[str], None]


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended; `problems` are the failed steps' sentences. A run that neither succeeded
    nor has problems was stopped."""

    run_id: str
    succeeded: bool
    problems: list[str]

    @property
    def stopped(self) -> bool:
        return not self.succeeded and not self.problems


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The home's Dagster instance, created here, in one process, before anything else uses it:
    two processes that create it at once break its database for good."""
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        instance.get_runs(limit=1)
        yield instance


def pending(instance: dg.DagsterInstance, store: Store) -> list[str]:
    """Planned batches that `is_pending`; the partitions of all are registered on the way."""
    bury_dead_runs(instance)
    keys = [
        manifest.key for manifest in all_manifests(store) if not is_abandoned(store, manifest.key)
    ]
    instance.add_dynamic_partitions(batches.name or "batch", keys)
    return [key for key in keys if is_pending(instance, key)]


def is_pending(instance: dg.DagsterInstance, batch: str) -> bool:
    """Whether no run of the whole line has succeeded for the batch and none is under way. One
    that ended because `deduped` waits for an earlier batch did not succeed."""
    statuses = [dg.DagsterRunStatus.SUCCESS, *ACTIVE]
    runs = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: batch}, statuses=statuses))
    ended_waiting = (run.is_success and WAITING_TAG in run.tags for run in runs)
    pairs = zip(runs, ended_waiting, strict=True)
    return not any(covers_line(run) and not waits for run, waits in pairs)


def run_batch(
    instance: dg.DagsterInstance,
    batch: str,
    say: Say,
    *,
    retry_failed: bool = False,
    republished: Sequence[str] = (),
) -> RunOutcome:
    """All corpora of one batch, a line of progress per asset; or only those that are to be
    republished, whatever was published of them before."""
    tags = {PARTITION_TAG: batch}
    if retry_failed:
        tags[RETRY_FAILED_TAG] = "true"
    if republished:
        tags[REPUBLISH_TAG] = "true"
    assets = frozenset(map(asset_key, republished)) or None
    pinned_profile()  # the fork server inherits it
    LocalLane.warm_up()
    job, run = create_run(instance, LINE_JOB, tags, assets)
    instance.add_run_tags(run.run_id, worker_tags(run.run_id))
    problems: list[str] = []
    for event in execute_run(instance, job, run):
        if (line := _progress(event)) is not None:
            say(line)
        if event.is_step_failure:
            problems.append(_problem(event))
        elif event.event_type == dg.DagsterEventType.RUN_FAILURE and not problems:
            problems += _problem_of_run(event)
    finished = instance.get_run_by_id(run.run_id)
    succeeded = finished is not None and finished.is_success
    return RunOutcome(run.run_id, succeeded, problems)


def _progress(event: dg.DagsterEvent) -> str | None:
    if event.is_step_materialization:
        data = event.step_materialization_data.materialization
        shown = {name: value.value for name, value in data.metadata.items()}
        return (
            f"{data.asset_key.to_user_string()}: {shown.get('dagster/row_count', 0):,} rows, "
            f"{shown.get('tokens', 0):,} tokens, {shown.get('documents_dropped', 0):,} dropped "
            f"({shown.get('lane')} lane, process {shown.get('process')})"
        )
    if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        result = event.asset_check_evaluation_data
        if "waits_for" in result.metadata:
            return result.description
        if not result.passed:
            name = f"{result.asset_key.to_user_string()}.{result.check_name}"
            return f"check {name} failed ({result.severity.value.lower()})"
    if event.is_step_up_for_retry:
        return f"{event.step_key}: retried, because {_retry_reason(event)}"
    return None


def _retry_reason(event: dg.DagsterEvent) -> str:
    error = event.step_retry_data.error
    return error.message.strip() if error else "it asked for it"


def _problem_of_run(event: dg.DagsterEvent) -> list[str]:
    """Why a run failed without a step that failed; nothing where it was stopped."""
    failure = event.job_failure_data
    if failure.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION or failure.error is None:
        return []
    return [failure.error.message.strip()]


def _problem(event: dg.DagsterEvent) -> str:
    failure = event.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return f"{event.step_key}: {failure.user_failure_data.description}"
    error = failure.error
    while error is not None and error.cause is not None:
        error = error.cause
    return f"{event.step_key}: {error.message.strip() if error else 'it failed'}"
