"""`journal stats`, `verify` and `gc` on the home's own journals."""

import json
import os
from pathlib import Path

import pytest
from click.testing import Result as Outcome
from typer.testing import CliRunner

from synth_assets.cli import app
from synth_assets.corpus.store import Store
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, publish
from synth_assets_tests.engines import ScriptedEngine, upper
from synth_assets_tests.generation.test_stage import DOCUMENTS, generate


def call(*arguments: str) -> Outcome:
    return CliRunner().invoke(app, ["journal", *arguments], catch_exceptions=False)


@pytest.fixture
def store(profile: Profile) -> Store:
    return Store(profile.root)


@pytest.fixture
def parquet(store: Store, make_run: MakeRun) -> Path:
    """A finished journal whose batch is published."""
    publish(store, DOCUMENTS)
    generate(make_run(BATCH, store=store), ScriptedEngine(upper))
    return Path(store.files.path(f"journal/rewritten/shout/{BATCH}.parquet"))


def test_stats(parquet: Path) -> None:
    shown = call("stats").stdout
    assert "rewritten/shout" in shown
    (entry,) = json.loads(call("stats", "--json").stdout)
    assert (entry["lines"], entry["keys"], entry["prompt_tokens"]) == (6, 6, 14)


def test_stats_without_a_journal(store: Store) -> None:
    assert "there is no journal yet" in call("stats").stdout


def test_verify_says_what_is_wrong_and_exits_1(parquet: Path) -> None:
    whole = call("verify")
    assert (whole.exit_code, whole.stdout.strip()) == (0, "every journal is whole")
    parquet.with_suffix(".json").write_text("{}")
    wrong = call("verify")
    assert wrong.exit_code == 1
    assert "its manifest says" in wrong.stdout
    assert call("verify", "--json").exit_code == 1


def test_gc_counts_and_removes_only_when_told(parquet: Path, store: Store) -> None:
    store.files.remove(f"rewritten/shout/{BATCH}.parquet")  # nothing names the generations now
    os.utime(parquet, (0, 0))
    dry = call("gc")
    assert "6 generations in 1 journals" in dry.stdout
    assert "would be removed (add --yes to remove them)" in dry.stdout
    assert parquet.exists()
    done = json.loads(call("gc", "--yes", "--json").stdout)
    assert (done["lines"], done["dry_run"]) == (6, False)
    assert not parquet.exists()


def test_gc_leaves_young_journals_and_what_is_published(parquet: Path, store: Store) -> None:
    assert "0 generations" in call("gc", "--yes", "--keep-days", "0").stdout
    store.files.remove(f"rewritten/shout/{BATCH}.parquet")
    assert "0 generations" in call("gc", "--yes").stdout
    assert parquet.exists()
