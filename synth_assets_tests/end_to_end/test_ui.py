"""One line through the real Dagster UI, in headless Chromium."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from synth_assets.executor.workers import WORKER_TAG, process_id
from synth_assets_tests.end_to_end.conftest import Site, write_pages
from synth_assets_tests.end_to_end.dagster_ui import ASK_S, GraphQl, open_page, save
from synth_assets_tests.end_to_end.served import BATCH, served
from synth_assets_tests.end_to_end.test_line import CORPORA
from synth_assets_tests.end_to_end.waiting import wait_for

pytestmark = pytest.mark.end_to_end

LINEAGE = "/locations/synth_assets/asset-groups/corpora/lineage"


@pytest.fixture(scope="module")
def graphql(
    site: Site, browser: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GraphQl]:
    del browser  # without one the module is skipped before a server is started
    with served(site, tmp_path_factory.mktemp("data"), 10) as asked:
        yield asked


def test_materialize_all_with_one_batch_is_one_run_of_the_whole_line(
    graphql: GraphQl, browser: str, shots: Path
) -> None:
    with open_page(browser) as page:
        page.goto(f"{graphql.url}{LINEAGE}")
        page.get_by_text("Materialize all").first.click()
        page.get_by_role("button", name="Missing", exact=True).click()
        page.get_by_role("button", name="Launch 1 run").click()
        (launched,) = wait_for(graphql.runs, 30, "the launch of a run", ASK_S)
    graphql.end_of(launched["runId"], 420)  # an open page would draw all the while
    with open_page(browser) as page:
        page.goto(f"{graphql.url}{LINEAGE}")
        page.get_by_text("packed").first.wait_for(timeout=60_000)
        page.wait_for_timeout(4000)
        save(page, shots, "lineage")
        page.goto(f"{graphql.url}/assets/filtered?view=partitions&partition={BATCH}")
        page.get_by_text("dagster/row_count").first.wait_for(timeout=60_000)
        save(page, shots, "filtered")
        page.goto(f"{graphql.url}/assets/filtered?view=checks")
        page.get_by_text("conservation").first.wait_for(timeout=60_000)
        save(page, shots, "checks")
    (run,) = graphql.runs()
    assert run["status"] == "SUCCESS"
    assert {tag["key"] for tag in run["tags"]} >= {"dagster/partition", "synth_assets/profile"}


def test_every_corpus_of_the_batch_was_made_in_its_lane(graphql: GraphQl) -> None:
    (run,) = graphql.runs()
    for corpus in CORPORA:
        made = graphql.materialization(corpus.split("/"), BATCH)
        assert made is not None, corpus
        assert made["runId"] == run["runId"]
        assert made["lane"] == ("gpu" if corpus.startswith("translated") else "cpu")
        assert made["process"] > 0
        assert "data:image/svg+xml;base64," in made["funnel"]


def test_checks_ran_and_passed(graphql: GraphQl) -> None:
    for corpus in CORPORA:
        results = graphql.check_results(corpus.split("/"))
        assert "conservation" in results
        assert len(results) >= 3 or corpus == "signatures"
        assert set(results.values()) <= {"SUCCEEDED", "FAILED"}, (corpus, results)
        severe = {name for name, status in results.items() if status == "FAILED"}
        assert severe <= {"length_ratio", "license_known", "language_known"}, corpus


def test_the_schedule_and_the_sensor_are_there(graphql: GraphQl) -> None:
    query = """{ repositoryOrError(repositorySelector: {
        repositoryName: "__repository__", repositoryLocationName: "synth_assets"}) {
        ... on Repository {
            schedules { name cronSchedule scheduleState { status } }
            sensors { name } } } }"""
    found = graphql.ask(query)["repositoryOrError"]
    (schedule,) = found["schedules"]
    assert schedule["name"] == "nightly_refresh"
    assert schedule["cronSchedule"] == "0 2 * * *"
    assert schedule["scheduleState"]["status"] == "RUNNING"
    assert {sensor["name"] for sensor in found["sensors"]} == {"new_batches", "waiting_batches"}


@pytest.mark.drill
def test_a_night_plans_the_inbox_and_runs_the_new_batch(graphql: GraphQl, site: Site) -> None:
    """The planning job that the schedule starts, then the daemon's sensor, then a run."""
    write_pages(site.home.path / "inbox", 3)
    graphql.set_sensor("new_batches", running=True)
    graphql.launch("plan_batches")

    def nightly() -> list[str]:
        return [
            run["runId"]
            for run in graphql.runs()
            if run["jobName"] == "corpora" and BATCH not in [tag["value"] for tag in run["tags"]]
        ]

    (run,) = wait_for(nightly, 120, "the sensor's run", ASK_S)
    assert graphql.end_of(run, 420) == "SUCCESS"


@pytest.mark.drill
def test_a_run_of_the_sensor_whose_worker_is_killed_is_tried_again(
    graphql: GraphQl, site: Site
) -> None:
    known = {run["runId"] for run in graphql.runs()}
    write_pages(site.home.path / "inbox", 20)
    graphql.launch("plan_batches")

    def runs() -> list[dict[str, str]]:
        return [
            {tag["key"]: tag["value"] for tag in run["tags"]} | {"status": run["status"]}
            for run in graphql.runs()
            if run["jobName"] == "corpora" and run["runId"] not in known
        ]

    def worker() -> int | None:
        marks = [run[WORKER_TAG] for run in runs() if WORKER_TAG in run]
        return process_id(marks[0]) if marks else None

    os.kill(wait_for(worker, 180, "the start of the sensor's run"), signal.SIGKILL)
    wait_for(lambda: "FAILURE" in [run["status"] for run in runs()], 120, "its failure", ASK_S)
    wait_for(lambda: "SUCCESS" in [run["status"] for run in runs()], 300, "a success", ASK_S)
    assert all(entry["lines"] == entry["keys"] for entry in site.manifests().values())
