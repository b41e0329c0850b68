"""Runs whose worker was killed together with its code server: nobody else would notice."""

import dagster as dg

from synth_assets.defs.partitions import ACTIVE
from synth_assets.executor.workers import is_gone, process_id, worker_of


def bury_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Fail the runs whose worker is gone and free their pool slots; their ids. Run retries and
    reruns then do what is left; the journal keeps what was paid for."""
    buried = []
    for run in instance.get_runs(dg.RunsFilter(statuses=ACTIVE)):
        mark = worker_of(run.run_id, run.tags)
        if mark and is_gone(mark):
            instance.report_run_failed(run, f"its worker, process {process_id(mark)}, is gone")
            buried.append(run.run_id)
    _free_slots_of_ended_runs(instance)
    return buried


def _free_slots_of_ended_runs(instance: dg.DagsterInstance) -> None:
    """A run that was killed or interrupted keeps its slot of a pool, and the next step in that
    pool would wait for ever; Dagster's daemon frees them only where one runs."""
    storage = instance.event_log_storage
    for pool in storage.get_concurrency_keys():
        for run_id in {slot.run_id for slot in storage.get_concurrency_info(pool).claimed_slots}:
            run = instance.get_run_by_id(run_id)
            if run is None or run.is_finished:
                storage.free_concurrency_slots_for_run(run_id)
