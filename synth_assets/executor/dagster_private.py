"""All of Dagster's private API that this project uses, in one place, pinned and smoke-tested.

Dagster gives a run one executor and has no public way to choose a process per step; the step
delegating executor and its handlers are the nearest thing. Checked against dagster 1.13.27.
"""

from collections.abc import Iterator

from dagster import (
    AssetExecutionContext,
    AssetKey,
    DagsterEvent,
    DagsterInstance,
    DagsterRun,
    JobDefinition,
)
from dagster._cli.api import _execute_step_command_body
from dagster._core.definitions.executor_definition import multiple_process_executor_requirements
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.events import EngineEventData, RunFailureReason
from dagster._core.execution.api import execute_run_iterator
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.step_delegating import StepDelegatingExecutor
from dagster._core.executor.step_delegating.step_handler.base import (
    CheckStepHealthResult,
    StepHandler,
    StepHandlerContext,
)
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import deserialize_value, serialize_value
from dagster._utils.interrupts import capture_interrupts

__all__ = [
    "CheckStepHealthResult",
    "EngineEventData",
    "PartitionKeyFilter",
    "RetryMode",
    "RunFailureReason",
    "StepDelegatingExecutor",
    "StepHandler",
    "StepHandlerContext",
    "create_run",
    "execute_run",
    "execute_step",
    "multiple_process_executor_requirements",
    "note_inputs_again",
    "step_arguments",
    "step_to_launch",
]

LOCATION = "synth_assets"
MODULE = "synth_assets.definitions"
REPOSITORY = "__repository__"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Events go to the event log and not to the terminal, where the caller prints its own lines."""


def note_inputs_again(context: AssetExecutionContext) -> None:
    """A step notes the data versions of its inputs when it begins; this one made one of them."""
    context.get_step_execution_context().fetch_external_input_asset_version_info()


def step_to_launch(context: StepHandlerContext) -> tuple[str, dict[str, str]]:
    """Key and op tags of the one step that a handler is asked to act on."""
    (key,) = context.execute_step_args.step_keys_to_execute or ()
    return key, dict(context.step_tags[key])


def step_arguments(context: StepHandlerContext) -> str:
    """Everything that another process needs to execute the step, as JSON."""
    return str(serialize_value(context.execute_step_args))


def execute_step(arguments: str) -> None:
    """Execute a step in this process; events go to the instance's event log, where the run's
    executor reads them. Runs in the main thread: Dagster turns signals into exceptions there."""
    args = deserialize_value(arguments, ExecuteStepArgs)
    if args.instance_ref is None:
        raise RuntimeError("a step can run in another process only with a persistent instance")
    with capture_interrupts(), DagsterInstance.from_ref(args.instance_ref) as instance:
        run = instance.get_run_by_id(args.run_id)
        if run is None:
            raise RuntimeError(f"run {args.run_id} is unknown to this instance")
        for _ in _execute_step_command_body(args, instance, run):
            pass


def create_run(
    instance: DagsterInstance,
    job_name: str,
    tags: dict[str, str],
    assets: frozenset[AssetKey] | None = None,
) -> tuple[ReconstructableJob, DagsterRun]:
    """A run of a job of the code location, or of some of its assets with their checks, as if the
    UI had launched it: its page there links to the location and can be re-executed."""
    repository = ReconstructableRepository.for_module(MODULE, "defs", working_directory=None)
    job = repository.get_reconstructable_job(job_name)
    if assets is not None:
        job = job.get_subset(asset_selection=assets)
    definition: JobDefinition = job.get_definition()
    origin = RemoteRepositoryOrigin(
        ManagedGrpcPythonEnvCodeLocationOrigin(
            LoadableTargetOrigin(module_name=MODULE), location_name=LOCATION
        ),
        REPOSITORY,
    )
    run = instance.create_run_for_job(
        definition,
        run_config=QUIET,
        tags={**definition.run_tags, **tags},
        remote_job_origin=RemoteJobOrigin(origin, job_name),
        job_code_origin=job.get_python_origin(),
        asset_selection=assets,
    )
    return job, run


def execute_run(
    instance: DagsterInstance, job: ReconstructableJob, run: DagsterRun
) -> Iterator[DagsterEvent]:
    """Execute a created run in this process, which is then its run worker."""
    yield from execute_run_iterator(job, run, instance)
