"""Local children, started for real: when an end that was not reported counts as a fault."""

import multiprocessing
import threading
import time
from pathlib import Path

import pytest
from dagster import (
    DagsterInstance,
    JobDefinition,
    OpExecutionContext,
    job,
    op,
    reconstructable,
)

from synth_assets.executor import local_lane, stopping
from synth_assets.executor.dagster_private import RetryMode
from synth_assets.executor.local_lane import LocalLane
from synth_assets.executor.stopping import report_hang, stop_asked
from synth_assets.generation import runner
from synth_assets_tests.executor.test_lane import wait_for


@op
def works() -> None:
    pass


@op
def polite(context: OpExecutionContext) -> None:
    """Looks whether it is to stop, and then finishes what it holds."""
    folder = Path(context.instance.root_directory) / context.run.tags["folder"]
    (folder / "begun").touch()
    while not stop_asked():
        time.sleep(0.05)
    (folder / "kept").touch()


@op
def hangs() -> None:
    threading.Timer(0.1, report_hang, ["the engine was silent for 0.1 s"]).start()
    time.sleep(60)


@job
def one_step() -> None:
    works()


@job
def polite_step() -> None:
    polite()


@job
def hanging_step() -> None:
    hangs()


def arguments_of_a_step(
    instance: DagsterInstance, of: JobDefinition = one_step, **tags: str
) -> str:
    from dagster._grpc.types import ExecuteStepArgs
    from dagster._serdes import serialize_value

    origin = reconstructable(of).get_python_origin()
    run = instance.create_run_for_job(of, job_code_origin=origin, tags=tags)
    args = ExecuteStepArgs(
        origin,
        run.run_id,
        [of.nodes[0].name],
        instance.get_ref(),
        retry_mode=RetryMode.DISABLED,
        print_serialized_events=False,
    )
    return str(serialize_value(args))


def wait_for_children() -> None:
    for child in multiprocessing.active_children():
        child.join(60)


@pytest.mark.parametrize("works, code", [(True, 0), (False, 1)])
def test_a_child_that_ended_is_a_fault_only_at_the_second_check(
    works: bool, code: int, tmp_path: Path
) -> None:
    """The executor may have read the events before the child reported its end."""
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        arguments = arguments_of_a_step(instance) if works else "not a step"
        lane = LocalLane()
        for _ in range(2):  # a step that is started again starts anew
            lane.launch("works", arguments)
            wait_for_children()
            assert lane.fault("works") is None
            assert f"exit code {code}" in (lane.fault("works") or "")


def test_a_step_never_started_is_a_fault() -> None:
    assert "did not start" in (LocalLane().fault("works") or "")


def test_steps_that_are_stopped_finish_what_they_hold_at_the_same_time(tmp_path: Path) -> None:
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        lane = LocalLane()
        folders = [tmp_path / name for name in ("first", "second")]
        for folder in folders:
            folder.mkdir()
            arguments = arguments_of_a_step(instance, polite_step, folder=folder.name)
            lane.launch(folder.name, arguments)
        for folder in folders:
            wait_for((folder / "begun").exists)
        lane.stop("first")
        assert (folders[0] / "kept").exists()
        wait_for((folders[1] / "kept").exists, 2)
        lane.stop("second")
        assert not multiprocessing.active_children()


def test_a_hung_engine_of_a_child_is_a_fault_with_its_sentence(tmp_path: Path) -> None:
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        lane = LocalLane()
        lane.launch("hangs", arguments_of_a_step(instance, hanging_step))
        wait_for_children()
        assert lane.fault("hangs") is None
        assert lane.fault("hangs") == "the engine was silent for 0.1 s"


def test_a_step_has_time_for_its_requests_in_flight_and_is_over_within_ten_seconds() -> None:
    longest = stopping.ASKED_S + stopping.INTERRUPTS * stopping.INTERRUPTED_S
    assert runner.GRACE_S < stopping.ASKED_S
    assert longest < local_lane.STOP_S < 10
