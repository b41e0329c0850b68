"""What the command line says of a run that failed as a whole, and of one that was stopped."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.api import execute_run_iterator

from synth_assets.defs import launch
from synth_assets.executor.dagster_private import RetryMode


class Breaking(dg.Executor):
    """An executor that cannot start its steps."""

    retries = RetryMode.DISABLED

    def __init__(self, *, is_stopped: bool) -> None:
        self.is_stopped = is_stopped

    def execute(self, plan_context: object, execution_plan: object) -> Iterator[dg.DagsterEvent]:
        error = (
            KeyboardInterrupt() if self.is_stopped else RuntimeError("no process can be started")
        )
        yield from ()
        raise error


@dg.executor(name="breaking", config_schema={"is_stopped": bool})
def breaking(context: dg.InitExecutorContext) -> Breaking:
    return Breaking(is_stopped=context.executor_config["is_stopped"])


@dg.op
def step() -> None:
    return


@dg.job(executor_def=breaking)
def broken_job() -> None:
    step()


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_run_that_broke_is_told_from_one_that_was_stopped(
    is_stopped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = dg.reconstructable(broken_job)
    config = {"execution": {"config": {"is_stopped": is_stopped}}}

    def create(instance: dg.DagsterInstance, name: str, tags: dict[str, str], assets: None):
        return job, instance.create_run_for_job(broken_job, run_config=config, tags=tags)

    monkeypatch.setattr(launch, "create_run", create)
    monkeypatch.setattr(
        launch, "execute_run", lambda instance, job, run: execute_run_iterator(job, run, instance)
    )
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        outcome = launch.run_batch(instance, "2026-01-01", lambda _: None)
    assert not outcome.succeeded
    assert outcome.stopped == is_stopped
    assert outcome.problems == ([] if is_stopped else ["RuntimeError: no process can be started"])
