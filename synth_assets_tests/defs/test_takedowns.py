"""The takedown list in Dagster: new data versions with their checks, so that the line goes on."""

from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from synth_assets.corpus.store import Store
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.defs.build import build_definitions
from synth_assets.defs.partitions import LINE_JOB, batches
from synth_assets.ingest.plan import plan_batches
from synth_assets.profile import Profile
from synth_assets.takedown.entries import Entry
from synth_assets.takedown.register import Register
from synth_assets_tests.defs.test_guards import TEXT

BATCH = "2026-01-01"


@pytest.fixture
def listed(light: Profile, tmp_path: Path) -> Profile:
    path = tmp_path / "takedowns.txt"
    path.write_text("a.example\n")
    section = light.takedowns.model_copy(update={"list": str(path)})
    return light.model_copy(update={"takedowns": section})


def test_the_asset_writes_files_again_and_the_line_goes_on(listed, tmp_path) -> None:
    store = Store(listed.root)
    data = tmp_path / "data"
    data.mkdir()
    lines = [
        f'{{"text": "{TEXT.replace("river", name)}", "url": "https://{name}.example/"}}\n'
        for name in ("a", "b")
    ]
    (data / "pages.jsonl").write_text("".join(lines))
    plan_batches(store, [data], listed, date(2026, 1, 1))
    definitions = build_definitions(listed)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(batches.name or "", [BATCH])

        def run(job: str, **how: object):
            resolved = definitions.resolve_job_def(job)
            return resolved.execute_in_process(instance=instance, raise_on_error=False, **how)

        assert run(LINE_JOB, partition_key=BATCH).success
        assert run("takedowns").success
        filtered = store.open("filtered", BATCH)
        assert filtered.footer.counts.dropped["takedown"].documents == 1
        key = dg.AssetKey("filtered")
        event = instance.get_latest_materialization_event(key)
        assert event.asset_materialization.tags["dagster/data_version"] == filtered.data_version
        selection = [dg.AssetKey(name) for name in ("signatures", "deduped", "packed")]
        assert run(LINE_JOB, partition_key=BATCH, asset_selection=selection).success


def test_a_profile_without_a_list_has_no_such_asset(light) -> None:
    graph = build_definitions(light).get_repository_def().asset_graph
    assert dg.AssetKey("takedowns") not in graph.get_all_asset_keys()


def test_a_step_that_a_takedown_came_across_runs_again(light, tmp_path, monkeypatch) -> None:
    store = Store(light.root)
    data = tmp_path / "data"
    data.mkdir()
    (data / "pages.jsonl").write_text(f'{{"text": "{TEXT}", "url": "https://a.example/"}}\n')
    plan_batches(store, [data], light, date(2026, 1, 1))
    commit, came = CorpusWriter.commit, []

    def across(writer, *laws):
        if writer.footer.corpus == "filtered" and not came:
            came.append("takedown")
            Register([Entry("domain", "a.example")], pl.Series(dtype=pl.String)).save(store.files)
        return commit(writer, *laws)

    monkeypatch.setattr(CorpusWriter, "commit", across)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(batches.name or "", [BATCH])
        job = build_definitions(light).resolve_job_def(LINE_JOB)
        assert job.execute_in_process(instance=instance, partition_key=BATCH).success
    assert store.open("filtered", BATCH).footer.counts.dropped["takedown"].documents == 1
