"""The real Dagster UI: GraphQL over HTTP, and headless Chromium."""

import json
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from synth_assets_tests.end_to_end.waiting import wait_for

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ASK_S = 1.0
"""Between two questions to a server that shares its cores with what is waited for."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> str | None:
    """A Chromium that the system has; none is downloaded."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def open_page(browser: str, width: int = 1600, height: int = 1000) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        try:
            yield chromium.new_page(viewport={"width": width, "height": height})
        finally:
            chromium.close()


class GraphQl:
    """Questions to the UI's own interface."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.url}/graphql", body, {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            answer: dict[str, Any] = json.load(response)
        assert "errors" not in answer, answer
        return answer["data"]

    def runs(self) -> list[dict[str, Any]]:
        query = """{ runsOrError { ... on Runs { results {
            runId status jobName tags { key value } } } } }"""
        return self.ask(query)["runsOrError"]["results"]

    def materialization(self, key: list[str], batch: str) -> dict[str, Any] | None:
        """Run and metadata of the latest materialization of one batch."""
        query = """query($key: AssetKeyInput!, $batch: [String!]) {
            assetOrError(assetKey: $key) { ... on Asset {
                assetMaterializations(partitions: $batch, limit: 1) {
                    runId metadataEntries { label
                        ... on TextMetadataEntry { text }
                        ... on IntMetadataEntry { intValue }
                        ... on MarkdownMetadataEntry { mdStr } } } } } }"""
        found = self.ask(query, key={"path": key}, batch=[batch])["assetOrError"]
        events = found.get("assetMaterializations") or []
        if not events:
            return None
        entries = events[0]["metadataEntries"]
        kinds = ("text", "intValue", "mdStr")
        values = {
            item["label"]: next((item[kind] for kind in kinds if kind in item), None)
            for item in entries
        }
        return {"runId": events[0]["runId"], **values}

    def check_results(self, key: list[str]) -> dict[str, str]:
        """Latest status of every check of an asset."""
        query = """query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) {
            ... on AssetNode { assetChecksOrError { ... on AssetChecks { checks {
                name executionForLatestMaterialization { status } } } } } } }"""
        node = self.ask(query, key={"path": key})["assetNodeOrError"]
        return {
            check["name"]: (check["executionForLatestMaterialization"] or {}).get("status", "none")
            for check in node["assetChecksOrError"]["checks"]
        }

    def set_sensor(self, name: str, *, running: bool) -> None:
        """Stop a sensor, where the test itself launches what it would, or start it again."""
        query = """{ sensorsOrError(repositorySelector: {
            repositoryName: "__repository__", repositoryLocationName: "synth_assets"}) {
            ... on Sensors { results { id name } } } }"""
        sensors = self.ask(query)["sensorsOrError"]["results"]
        (sensor,) = [item["id"] for item in sensors if item["name"] == name]
        if running:
            start = """mutation($name: String!) { startSensor(sensorSelector: {
                repositoryName: "__repository__", repositoryLocationName: "synth_assets",
                sensorName: $name}) { __typename } }"""
            self.ask(start, name=name)
        else:
            self.ask("mutation($id: String!) { stopSensor(id: $id) { __typename } }", id=sensor)

    def launch_corpora(self, batch: str, *corpora: str) -> str:
        """Launch a run of some corpora of one batch, as *Materialize* does; its id."""
        query = """mutation($keys: [AssetKeyInput!], $tags: [ExecutionTag!]) {
            launchRun(executionParams: { selector: {
                repositoryName: "__repository__", repositoryLocationName: "synth_assets",
                pipelineName: "corpora", assetSelection: $keys },
                executionMetadata: { tags: $tags } }) {
            __typename ... on LaunchRunSuccess { run { runId } } } }"""
        keys = [{"path": corpus.split("/")} for corpus in corpora]
        tags = [{"key": "dagster/partition", "value": batch}]
        launched = self.ask(query, keys=keys, tags=tags)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return str(launched["run"]["runId"])

    def reload(self) -> None:
        """What the button *Reload* of the code location sends."""
        query = """mutation { reloadRepositoryLocation(repositoryLocationName: "synth_assets") {
            ... on WorkspaceLocationEntry { loadStatus locationOrLoadError { __typename } } } }"""
        loaded = self.ask(query)["reloadRepositoryLocation"]
        assert loaded["locationOrLoadError"]["__typename"] == "RepositoryLocation", loaded

    def asset_keys(self) -> set[str]:
        """Keys of all assets that the code location declares."""
        nodes = self.ask("{ assetNodes { assetKey { path } } }")["assetNodes"]
        return {"/".join(node["assetKey"]["path"]) for node in nodes}

    def terminate(self, run_id: str) -> None:
        """What the button *Terminate* of a run sends."""
        query = """mutation($ids: [String!]!) { terminateRuns(
            runIds: $ids, terminatePolicy: SAFE_TERMINATE) { __typename
            ... on TerminateRunsResult { terminateRunResults { __typename } } } }"""
        (ended,) = self.ask(query, ids=[run_id])["terminateRuns"]["terminateRunResults"]
        assert ended["__typename"] == "TerminateRunSuccess", ended

    def status(self, run_id: str) -> str:
        query = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
        return str(self.ask(query, id=run_id)["runOrError"]["status"])

    def end_of(self, run_id: str, seconds: float) -> str:
        """The status with which a run ends."""
        ended = ("SUCCESS", "FAILURE", "CANCELED")
        wait_for(lambda: self.status(run_id) in ended, seconds, f"the end of run {run_id}", ASK_S)
        return self.status(run_id)

    def launch(self, job: str) -> None:
        """Launch an unpartitioned job, as a schedule's tick does."""
        query = """mutation($job: String!) { launchRun(executionParams: { selector: {
            repositoryName: "__repository__", repositoryLocationName: "synth_assets",
            pipelineName: $job }}) { __typename } }"""
        assert self.ask(query, job=job)["launchRun"]["__typename"] == "LaunchRunSuccess"


def save(page: Page, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"{name}.png"))
