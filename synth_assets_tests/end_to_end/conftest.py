"""A home of its own for the real command line, and inputs small enough for the suite."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import psutil
import pytest

from synth_assets.bundled import SAMPLE
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.generation.journal import read_lines
from synth_assets.home import Home
from synth_assets.ingest.plan import plan_batches
from synth_assets.line import build_line
from synth_assets.profile import load_profile
from synth_assets_tests.end_to_end.dagster_ui import find_browser


def write_pages(folder: Path, count: int) -> Path:
    """A folder with some of the sample's pages as JSONL, which ingest takes as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "pages.jsonl.gz", "wt") as stream:
        rows = english_pages().head(count).iter_rows(named=True)
        stream.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


@cache
def english_pages() -> pl.DataFrame:
    """The English pages of the sample that the filter keeps."""
    with tempfile.TemporaryDirectory() as scratch:
        profile = load_profile(home=Home(Path(scratch)))
        store = Store(scratch)
        (batch,) = plan_batches(store, [SAMPLE], profile, date(2026, 1, 1)).batches
        for stage in build_line(profile)[:2]:
            stage.run(StageRun(store, profile, batch.key, stage.code_version))
        rows = store.open("filtered", batch.key).read(["text", "url", "title", "license", "lang"])
    return rows.filter(pl.col("lang") == "eng_Latn")


@dataclass
class Site:
    """One home, the command line in it, and what it left there."""

    home: Home
    environment: dict[str, str]

    @property
    def store(self) -> Store:
        return Store(self.home.path / "corpora")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "synth_assets.cli", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, timeout: float = 420) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            raise AssertionError(f"{arguments} did not end within {timeout} s:\n{output}") from None
        return subprocess.CompletedProcess(arguments, process.returncode, output, "")

    def journal_keys(self, corpus: str) -> list[str]:
        """Keys of a corpus's live journals, one per line written."""
        folder = self.home.path / "corpora" / "journal" / corpus
        return [item.key for path in folder.glob("*.jsonl") for item in read_lines(path)]

    def manifests(self) -> dict[str, dict[str, Any]]:
        """Manifests of the finished journals, by corpus."""
        root = self.home.path / "corpora" / "journal"
        return {
            str(path.parent.relative_to(root)): json.loads(path.read_text())
            for path in root.glob("**/*.json")
        }

    def processes(self) -> list[psutil.Process]:
        """Every process that works in this home."""
        marked = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("SYNTH_ASSETS_HOME") == str(self.home.path):
                    marked.append(process)
            except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
        return [process for process in marked if process.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose processes end with the module's tests."""
    path = tmp_path_factory.mktemp("site") / "home"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SYNTH_ASSETS_", "DAGSTER_"))
    }
    made = Site(Home(path), environment | {"SYNTH_ASSETS_HOME": str(path)})
    yield made
    for process in made.processes():
        process.kill()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept: $SYNTH_ASSETS_SCREENSHOTS, or the test run's own folder."""
    named = os.environ.get("SYNTH_ASSETS_SCREENSHOTS")
    return Path(named) if named else tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="module")
def browser() -> str:
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found
