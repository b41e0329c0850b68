"""deduped of a batch that an earlier one keeps waiting: it ends at once, and is started later."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.partitions.context import partition_loading_context

from synth_assets.corpus.store import Store
from synth_assets.dedup.abandoned import abandon
from synth_assets.defs.build import build_definitions
from synth_assets.defs.launch import is_pending
from synth_assets.defs.partitions import LINE_JOB, WAITS_FOR_TAG, batches
from synth_assets.defs.waiting import resumable
from synth_assets.ingest.plan import plan_batches
from synth_assets.profile import Profile
from synth_assets_tests.defs.test_guards import TEXT, reason

FIRST, SECOND = "2026-01-01", "2026-01-02"


@pytest.fixture
def store(light: Profile, tmp_path: Path) -> Store:
    """Two planned batches."""
    store = Store(light.root)
    for number, key in enumerate((FIRST, SECOND)):
        data = tmp_path / key
        data.mkdir()
        words = TEXT.replace("river", f"river number {number}")
        (data / "pages.jsonl").write_text(f'{{"text": "{words}"}}\n')
        plan_batches(store, [data], light, date.fromisoformat(key))
    return store


@pytest.fixture
def instance() -> dg.DagsterInstance:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(batches.name or "", [FIRST, SECOND])
        yield instance


def run(
    profile: Profile,
    instance: dg.DagsterInstance,
    batch: str,
    selection: list[dg.AssetKey] | None = None,
):
    return (
        build_definitions(profile)
        .resolve_job_def(LINE_JOB)
        .execute_in_process(
            instance=instance,
            partition_key=batch,
            raise_on_error=False,
            asset_selection=selection,
        )
    )


def test_a_batch_that_waits_ends_at_once_and_is_started_later(light, store, instance) -> None:
    waiting = run(light, instance, SECOND)
    assert waiting.success
    assert store.has("signatures", SECOND)
    assert not store.has("deduped", SECOND)
    record = instance.get_run_by_id(waiting.run_id)
    assert record.tags[WAITS_FOR_TAG] == FIRST
    (verdict,) = [
        item for item in waiting.get_asset_check_evaluations() if "waits_for" in item.metadata
    ]
    assert f"waits for the signatures of batch {FIRST}" in verdict.description
    assert is_pending(instance, SECOND)
    assert list(resumable(instance, store)) == []
    assert run(light, instance, FIRST).success
    (request,) = resumable(instance, store)
    assert request.partition_key == SECOND
    resumed = run(light, instance, SECOND, request.asset_selection)
    assert resumed.success
    assert store.has("packed", SECOND)
    assert list(resumable(instance, store)) == []
    assert not is_pending(instance, SECOND)


def test_an_earlier_batch_that_failed_is_named_with_the_two_ways_out(
    light, store, instance, tmp_path
) -> None:
    pages = tmp_path / FIRST / "pages.jsonl"
    pages.write_text("changed since it was planned\n")
    assert not run(light, instance, FIRST).success
    failed = run(light, instance, SECOND)
    assert not failed.success
    assert f"batch {FIRST} was admitted before it" in reason(failed)
    assert f"materialize signatures for {FIRST}" in reason(failed)
    assert f"synth-assets batch abandon {FIRST}" in reason(failed)
    abandon(store, FIRST)
    (request,) = resumable(instance, store)
    assert run(light, instance, SECOND, request.asset_selection).success


def test_the_sensor_asks_through_dagster(light, store, instance) -> None:
    run(light, instance, SECOND)
    abandon(store, FIRST)
    definitions = build_definitions(light)
    sensor = definitions.resolve_sensor_def("waiting_batches")
    context = dg.build_sensor_context(instance, repository_def=definitions.get_repository_def())
    with partition_loading_context(dynamic_partitions_store=instance):  # as the daemon does
        (request,) = sensor.evaluate_tick(context).run_requests
    assert request.partition_key == SECOND
