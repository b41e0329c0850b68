"""Runs that nobody else would notice, and slots that nobody else would free."""

from pathlib import Path

import dagster as dg
import psutil
import pytest

from synth_assets.defs.dead_runs import bury_dead_runs
from synth_assets.executor.workers import WORKER_TAG, own_mark


@pytest.fixture
def instance(tmp_path: Path) -> dg.DagsterInstance:
    quiet = {"telemetry": {"enabled": False}}
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=quiet) as instance:
        instance.event_log_storage.set_concurrency_slots("gpu", 1)
        yield instance


@dg.job
def empty() -> None:
    return


def start(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, mark: str) -> str:
    """A run in this state whose step has claimed the only slot of the pool."""
    run = instance.create_run_for_job(empty, status=status)
    instance.add_run_tags(run.run_id, {WORKER_TAG: f"{mark} {run.run_id}"})
    claim = instance.event_log_storage.claim_concurrency_slot("gpu", run.run_id, "step")
    assert claim.is_claimed
    return run.run_id


def claimed(instance: dg.DagsterInstance) -> int:
    return len(instance.event_log_storage.get_concurrency_info("gpu").claimed_slots)


def test_a_run_whose_worker_is_gone_is_failed_and_its_slot_freed(instance) -> None:
    host, pid, _ = own_mark().split()
    run_id = start(instance, dg.DagsterRunStatus.STARTED, f"{host} {pid} 1.00")
    assert bury_dead_runs(instance) == [run_id]
    assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.FAILURE
    assert claimed(instance) == 0


def test_a_retry_is_not_taken_for_the_dead_run_whose_tags_it_inherits(instance) -> None:
    host, pid, _ = own_mark().split()
    dead = start(instance, dg.DagsterRunStatus.STARTED, f"{host} {pid} 1.00")
    assert bury_dead_runs(instance) == [dead]
    retry = instance.create_run_for_job(
        empty, status=dg.DagsterRunStatus.STARTING, tags=instance.get_run_by_id(dead).tags
    )
    assert bury_dead_runs(instance) == []
    assert instance.get_run_by_id(retry.run_id).status == dg.DagsterRunStatus.STARTING


def test_a_run_at_work_keeps_its_slot(instance) -> None:
    run_id = start(instance, dg.DagsterRunStatus.STARTED, own_mark())
    assert bury_dead_runs(instance) == []
    assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.STARTED
    assert claimed(instance) == 1


def test_a_clock_that_was_set_buries_nobody(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = start(instance, dg.DagsterRunStatus.STARTED, own_mark())
    begun = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: begun(process) + 1.5)
    assert bury_dead_runs(instance) == []
    assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.STARTED


def test_an_interrupted_run_that_ended_gives_its_slot_back(instance) -> None:
    start(instance, dg.DagsterRunStatus.FAILURE, own_mark())
    bury_dead_runs(instance)
    assert claimed(instance) == 0
