"""`synth-assets takedown` and `synth-assets batch republish`: what they say and refuse."""

import json

import pytest
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.corpus.store import Store
from synth_assets.errors import InputError, SynthAssetsError
from synth_assets.profile import Profile
from synth_assets_tests.dedup.corpora import essay, natural, write_batch

BATCH = "2026-01-01"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_page_is_taken_down_and_reported(profile: Profile, tmp_path) -> None:
    store = Store(profile.root)
    page = natural("a", " ".join(essay("river")))
    page.url = "https://a.example/1"
    write_batch(store, BATCH, [page, natural("b", " ".join(essay("hill")))], admission=1)
    listed = tmp_path / "list.txt"
    listed.write_text("a.example\n")
    said = run("takedown", "apply", str(listed))
    assert f"filtered/{BATCH}: 1 documents taken down" in said
    assert store.open("filtered", BATCH).read(["doc_id"])["doc_id"].to_list() == ["b"]
    assert json.loads(run("takedown", "report", "--json"))["documents"] == 1
    assert "takedown 1, 1 entries" in run("takedown", "report", "1")
    assert "0 documents are back" in run("takedown", "reinstate")
    with pytest.raises(InputError, match="there is no takedown 2; 1 were made"):
        run("takedown", "report", "2")


def test_a_list_without_entries_is_no_takedown(profile: Profile, tmp_path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text("# nothing yet\n\n")
    with pytest.raises(InputError, match=r"list.txt has no entry; nothing was taken down"):
        run("takedown", "apply", str(listed))
    with pytest.raises(InputError, match="there is no takedown 1; 0 were made"):
        run("takedown", "report", "1")


def test_republishing_says_what_for_and_needs_a_batch_that_was_judged(profile: Profile) -> None:
    store = Store(profile.root)
    write_batch(store, BATCH, [natural("a", "text")], admission=1)
    with pytest.raises(SynthAssetsError, match="was not judged yet"):
        run("batch", "republish", BATCH)
    store.files.write(f"signatures/{BATCH}.parquet", b"there")
    assert f"would be judged again: {BATCH} (add --yes" in run("batch", "republish", BATCH)
