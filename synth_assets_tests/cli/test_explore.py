"""`synth-assets explain` and `explore index`: what they print and refuse."""

import json

import pytest
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.corpus.store import Store
from synth_assets.errors import InputError
from synth_assets.profile import Profile
from synth_assets_tests.dedup.corpora import RECIPE, child, natural, write_batch

BATCH = "2026-01-01"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def written(profile: Profile) -> None:
    page = natural("page", "The tide is out.")
    page.url = "https://a.example/1"
    page.source = {"file": "crawl.warc.gz", "offset": 1234}
    made = child("child", page, "Out is the tide.")
    made.recipe, made.model = RECIPE, "small"
    write_batch(Store(profile.root), BATCH, [page], [made], admission=1)


def test_a_family_is_printed_and_given_to_programs_with_and_without_an_index(
    profile: Profile,
) -> None:
    written(profile)
    tree = run("explain", "child")
    assert "page  natural" in tree
    assert "crawl.warc.gz, record at 1234" in tree
    assert "child  faq" in tree
    assert "model small" in tree
    assert "no prompt that the profile in force would ask again" in run(
        "explain", "child", "--prompts"
    )
    for asked in ("page", "http://www.a.example/1/", "a.example/1"):
        assert json.loads(run("explain", asked, "--json"))["asked"] == ["page"]
    assert "1 made, 0 up to date, 0 removed" in run("explore", "index")
    assert "0 made, 1 up to date, 0 removed" in run("explore", "index")
    assert run("explain", "child") == tree


def test_what_cannot_be_explained_is_one_sentence(profile: Profile) -> None:
    written(profile)
    with pytest.raises(InputError, match="document nobody is in no corpus"):
        run("explain", "nobody")
    with pytest.raises(InputError, match="give a document id or a URL, or else --sequence"):
        run("explain")
    with pytest.raises(InputError, match="give a document id or a URL, or else --sequence"):
        run("explain", " ")
    for command in ("explore", "up"):
        result = CliRunner().invoke(app, [command, "--port", "99999"])
        assert result.exit_code == 2
        assert "Traceback" not in result.output
    with pytest.raises(InputError, match="packed has no batch b; it has none"):
        run("explain", "--sequence", "packed:b:0")
