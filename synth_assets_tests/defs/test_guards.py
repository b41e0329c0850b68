"""What stops a stage: failed checks of an earlier run, missing ones, earlier batches at work."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.partitions.context import partition_loading_context

from synth_assets.corpus.store import Store
from synth_assets.defs.build import build_definitions
from synth_assets.defs.partitions import FORCE_TAG, LINE_JOB, batches
from synth_assets.defs.planning import unrun_batches
from synth_assets.ingest.plan import load_manifest, plan_batches
from synth_assets.profile import Profile

TEXT = (
    "The committee of the town met in the old hall and spoke about the river. "
    "Many people had come, and some of them told how the water rose last spring. "
    "It was agreed that the bridge should be repaired before the winter. "
    "A second meeting was planned for the month of May, when the engineers will be there. "
)


@pytest.fixture
def planned(light: Profile, tmp_path: Path) -> Store:
    store = Store(light.root)
    data = tmp_path / "data"
    data.mkdir()
    (data / "pages.jsonl").write_text(f'{{"text": "{TEXT}", "url": "https://example.org/1"}}\n')
    plan_batches(store, [data], light, date(2026, 1, 1))
    return store


BATCH = "2026-01-01"


@pytest.fixture
def instance() -> dg.DagsterInstance:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(batches.name or "", [BATCH])
        yield instance


def run(profile: Profile, instance: dg.DagsterInstance, *corpora: str, **tags: str):
    """Materialize corpora with their checks, or the whole line; all steps in this process."""
    definitions = build_definitions(profile)
    if not corpora:
        return definitions.resolve_job_def(LINE_JOB).execute_in_process(
            instance=instance, partition_key=BATCH, raise_on_error=False, tags=tags
        )
    keys = [dg.AssetKey(corpus.split("/")) for corpus in corpora]
    job = dg.define_asset_job(
        "some",
        selection=dg.AssetSelection.assets(*keys),
        partitions_def=batches,
        executor_def=dg.in_process_executor,
    )
    merged = dg.Definitions.merge(definitions, dg.Definitions(jobs=[job]))
    return merged.resolve_job_def("some").execute_in_process(
        instance=instance, partition_key=BATCH, raise_on_error=False, tags=tags
    )


def reason(result) -> str:
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    return failure.step_failure_data.user_failure_data.description


def test_the_line_without_models_runs(light, planned, instance) -> None:
    assert run(light, instance).success
    assert planned.open("packed", BATCH).footer.counts.kept.documents == 1


def test_an_input_without_its_checks_is_refused(light, planned, instance) -> None:
    from synth_assets.corpus.stage import StageRun
    from synth_assets.line import build_line

    first = build_line(light)[0]
    first.run(StageRun(planned, light, BATCH, first.code_version))
    result = run(light, instance, "filtered")
    assert not result.success
    assert "filtered refuses batch 2026-01-01 of raw_web" in reason(result)
    assert "conservation has not run" in reason(result)


def test_an_input_whose_check_failed_is_refused_until_forced(light, planned, instance) -> None:
    assert run(light, instance, "raw_web").success
    failed = dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey("raw_web"),
        check_name="unique_ids",
        passed=False,
        metadata={},
        blocking=True,
        partition=BATCH,
    )
    instance.report_runless_asset_event(failed)
    result = run(light, instance, "filtered")
    assert not result.success
    assert "its blocking check unique_ids failed" in reason(result)
    forced = run(light, instance, "filtered", **{FORCE_TAG: "true"})
    assert forced.success
    (event,) = forced.asset_materializations_for_node("filtered")
    assert event.metadata["forced"].value


def test_a_users_error_is_one_sentence(light, planned, instance) -> None:
    data = Path(light.root).parents[1] / "data" / "pages.jsonl"
    data.write_text("changed since it was planned\n")
    result = run(light, instance, "raw_web")
    assert not result.success
    assert "pages.jsonl" in reason(result)
    assert "\n" not in reason(result)


def test_the_sensor_asks_for_every_planned_batch_that_never_ran(
    light, planned, instance, tmp_path
) -> None:
    sensor = build_definitions(light).resolve_sensor_def("new_batches")
    repository = build_definitions(light).get_repository_def()

    def tick():
        context = dg.build_sensor_context(instance, repository_def=repository)
        with partition_loading_context(dynamic_partitions_store=instance):  # as the daemon does
            return sensor.evaluate_tick(context)

    (request,) = tick().run_requests
    assert request.run_key == request.partition_key == BATCH
    admission = load_manifest(planned, BATCH).admission
    assert request.tags["dagster/priority"] == str(-admission)  # the earliest goes first
    assert [item.key for item in unrun_batches(instance, planned)] == [BATCH]
    run(light, instance, "raw_web")
    assert [item.key for item in unrun_batches(instance, planned)] == [BATCH]
    run(light, instance)
    assert list(unrun_batches(instance, planned)) == []
    assert tick().run_requests == []


def test_the_nightly_job_plans_the_inbox(light, instance, home) -> None:
    definitions = build_definitions(light)
    inbox = Path(light.schedule.inbox)
    job = definitions.resolve_job_def("plan_batches")
    assert job.execute_in_process(instance=instance).success
    assert instance.get_dynamic_partitions("batch") == [BATCH]
    (inbox / "night.jsonl").write_text(f'{{"text": "{TEXT} again"}}\n')
    assert job.execute_in_process(instance=instance).success
    assert len(instance.get_dynamic_partitions("batch")) == 2
