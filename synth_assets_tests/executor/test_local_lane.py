"""Local children, started for real: when an end that was not reported counts as a fault."""

import multiprocessing
from pathlib import Path

import pytest
from dagster import DagsterInstance, job, op, reconstructable

from synth_assets.executor.dagster_private import RetryMode
from synth_assets.executor.local_lane import LocalLane


@op
def works() -> None:
    pass


@job
def one_step() -> None:
    works()


def arguments_of_a_step(instance: DagsterInstance) -> str:
    from dagster._grpc.types import ExecuteStepArgs
    from dagster._serdes import serialize_value

    origin = reconstructable(one_step).get_python_origin()
    run = instance.create_run_for_job(one_step, job_code_origin=origin)
    args = ExecuteStepArgs(
        origin,
        run.run_id,
        ["works"],
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
