"""The executor of every run: steps go by their op tag to local children or to the GPU lane."""

import os
from collections.abc import Iterator
from typing import Protocol

from dagster import DagsterEvent, Executor, Field, InitExecutorContext, MetadataValue, executor

from synth_assets.executor.dagster_private import (
    CheckStepHealthResult,
    EngineEventData,
    RetryMode,
    StepDelegatingExecutor,
    StepHandler,
    StepHandlerContext,
    multiple_process_executor_requirements,
    step_arguments,
    step_to_launch,
)
from synth_assets.executor.gpu_lane import GpuLane
from synth_assets.executor.lanes import CPU, GPU
from synth_assets.executor.local_lane import LocalLane
from synth_assets.executor.marks import LANE_TAG, marks_of
from synth_assets.executor.workers import worker_tags
from synth_assets.home import Home
from synth_assets.line import build_line
from synth_assets.profile import Profile

POLL_S = 0.2
HEALTH_S = 1
PROFILE_TAG = "synth_assets/profile"


class Lane(Protocol):
    """A place where steps run."""

    def launch(self, step: str, arguments: str) -> str: ...

    def fault(self, step: str) -> str | None: ...

    def stop(self, step: str) -> None: ...


class RoutingStepHandler(StepHandler):
    """Picks the lane of a step by its op tag; a step without one runs on the CPU."""

    def __init__(self, lanes: dict[str, Lane]) -> None:
        super().__init__()
        self._lanes = lanes
        self._tagged = False

    @property
    def name(self) -> str:
        return "routing: " + ", ".join(self._lanes)

    def launch_step(self, step_handler_context: StepHandlerContext) -> Iterator[DagsterEvent]:
        self._tag_run(step_handler_context)
        step, lane = self._route(step_handler_context)
        place = lane.launch(step, step_arguments(step_handler_context))
        yield DagsterEvent.engine_event(
            step_handler_context.get_step_context(step),
            f"{step} runs in {place}",
            EngineEventData(metadata={"place": MetadataValue.text(place)}),
        )

    def check_step_health(self, step_handler_context: StepHandlerContext) -> CheckStepHealthResult:
        step, lane = self._route(step_handler_context)
        fault = lane.fault(step)
        return CheckStepHealthResult(is_healthy=fault is None, unhealthy_reason=fault)

    def terminate_step(self, step_handler_context: StepHandlerContext) -> Iterator[DagsterEvent]:
        step, lane = self._route(step_handler_context)
        lane.stop(step)
        yield from ()

    def _route(self, context: StepHandlerContext) -> tuple[str, Lane]:
        step, tags = step_to_launch(context)
        return step, self._lanes[tags.get(LANE_TAG, CPU)]

    def _tag_run(self, context: StepHandlerContext) -> None:
        """The run carries the hash of the profile that its steps load, and who executes it."""
        if not self._tagged:
            run_id = context.dagster_run.run_id
            profile = {PROFILE_TAG: os.environ.get("SYNTH_ASSETS_PROFILE_HASH", "")}
            context.instance.add_run_tags(run_id, profile | worker_tags(run_id))
            self._tagged = True


@executor(
    name="routing",
    config_schema={
        "max_concurrent": Field(
            int,
            default_value=0,
            description="steps at once; 0: CPU steps of the profile plus one for every pool",
        )
    },
    requirements=multiple_process_executor_requirements(),
)
def routing_executor(init_context: InitExecutorContext) -> Executor:
    """CPU steps in local forkserver children, GPU-tagged steps in the machine's GPU lane."""
    from synth_assets.definitions import PROFILE

    gpu_lane = GpuLane(Home.find())
    if any(node.tags.get(LANE_TAG) == GPU for node in init_context.job.get_definition().nodes):
        gpu_lane.warm_up()
    configured = int(init_context.executor_config["max_concurrent"])  # type: ignore[call-overload]
    return StepDelegatingExecutor(
        RoutingStepHandler({CPU: LocalLane(), GPU: gpu_lane}),
        retries=RetryMode.ENABLED,
        sleep_seconds=POLL_S,
        check_step_health_interval_seconds=HEALTH_S,
        max_concurrent=configured or steps_at_once(PROFILE),
    )


def steps_at_once(profile: Profile) -> int:
    """CPU steps as the profile has it, and one for the GPU lane and every served model, so that
    none of these stands idle while the others work."""
    pools = {marks_of(stage.engine)["pool"] for stage in build_line(profile)} - {None}
    return profile.executor.max_cpu_steps + len(pools)
