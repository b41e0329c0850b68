"""`synth-assets sql`: one query over everything."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.corpus.store import Store
from synth_assets.errors import SynthAssetsError
from synth_assets.profile import Profile
from synth_assets_tests.corpora import document, publish


@pytest.fixture
def two(profile: Profile) -> None:
    pages = [document(n, f"Page {n}.") for n in range(2)]
    publish(Store(profile.root), pages, "filtered")


def test_a_query_reads_corpora_and_tables(two: None, tmp_path: Path) -> None:
    query = "SELECT f.batch, c.documents FROM filtered f, counts c WHERE outcome = 'kept'"
    found = CliRunner().invoke(app, ["sql", query, "--form", "json"])
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert rows == [{"batch": "2026-01-01", "documents": 2}] * 2
    out = tmp_path / "rows.parquet"
    CliRunner().invoke(app, ["sql", query, "--out", str(out)])
    assert pl.read_parquet(out).height == 2
    table = CliRunner().invoke(app, ["sql", "SELECT count(*) AS n FROM rewritten__faq"])
    assert "0" in table.stdout


def test_without_a_query_the_tables_are_listed(two: None) -> None:
    found = CliRunner().invoke(app, ["sql"]).stdout.split()
    assert {"raw_web", "filtered", "rewritten__faq", "documents", "accounts"} <= set(found)


def test_a_wrong_query_is_one_sentence(two: None) -> None:
    found = CliRunner().invoke(app, ["sql", "SELECT nope FROM filtered"])
    assert isinstance(found.exception, SynthAssetsError)
    assert "nope" in str(found.exception)
