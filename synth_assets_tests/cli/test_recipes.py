"""`recipes`, `recipes new`, `preview` and `rewrite`, by the rules engine."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.cli.recipes import ENGINE_EXAMPLE
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError, InputError, ProfileError
from synth_assets.generation.journal import read_lines
from synth_assets.generation.spec import OpenAISpec
from synth_assets.profile import Profile, load_profile
from synth_assets.profile.rewriting import RecipeProfile
from synth_assets.rewriting.stage import code_version, run
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.rewriting.pages import EDITOR, LETTER, PROSE

PAGES = [
    document(0, EDITOR, title="Contour Editor"),
    document(1, "Too short."),
    document(2, PROSE * 3),
    document(3, LETTER, title="Creating a Form Letter"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A profile that takes short pages too."""
    path = tmp_path / "profile.yaml"
    path.write_text("rewriting: {recipes: {faq: {min_words: 0}}}")
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)


def test_the_catalogue_is_listed():
    said = call("recipes").output
    for name in ("faq", "tutorial", "table", "encyclopedic"):
        assert name in said
    assert "FinePhrase" in said and "one per passage" in said and "rules, free" in said


def test_a_new_recipe_works_and_is_found_by_the_profile(tmp_path: Path):
    folder = tmp_path / "mine"
    said = call("recipes", "new", "simpler", "--folder", folder).output
    assert f"folder: {folder}" in said
    pytest_run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    subprocess.run(pytest_run, check=True, cwd=tmp_path)
    (tmp_path / "profile.yaml").write_text(f"rewriting: {{folder: {folder}}}")
    listed = call("recipes", "--profile", tmp_path / "profile.yaml").output
    assert "simpler" in listed and "faq" in listed
    with pytest.raises(InputError, match=r"simpler.py exists already; nothing was written"):
        call("recipes", "new", "simpler", "--folder", folder)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("RECIPE = 1", r"broken.py must declare RECIPE, a Recipe whose name is 'broken'"),
        ("import nothing_there", r"recipe .*broken.py cannot be loaded: ModuleNotFoundError"),
    ],
)
def test_a_broken_recipe_is_one_sentence(tmp_path: Path, text: str, sentence: str):
    (tmp_path / "broken.py").write_text(text)
    (tmp_path / "profile.yaml").write_text(f"rewriting: {{folder: {tmp_path}}}")
    with pytest.raises(ProfileError, match=sentence):
        call("recipes", "--profile", tmp_path / "profile.yaml")


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path):
    (tmp_path / "profile.yaml").write_text("rewriting: {folder: nowhere}")
    with pytest.raises(ProfileError, match=r"rewriting.folder = .*nowhere is not allowed"):
        call("recipes", "--profile", tmp_path / "profile.yaml")


def test_a_preview_shows_both_sides_and_is_not_paid_for_again(settings: Path):
    profile = load_profile(settings)
    store = Store(profile.root)
    publish(store, [page for page in PAGES if page.n_words > 20])
    options = ["--recipe", "faq", "--batch", BATCH, "--n", 2, "--profile", settings]
    said = call("preview", *options).output
    assert "document 2 of 2" in said and "answer 1: refused by none; passed truncated" in said
    assert "1 of 2 documents became texts, by 2 requests of which 2 were generated" in said
    assert "document 2 of 2: dropped: no_structure" in said
    assert "the 3 documents that the recipe takes need about 3 requests" in said
    live = Path(store.files.path(f"journal/rewritten/faq/{BATCH}.jsonl"))
    assert len(list(read_lines(live))) == 2
    assert "of which 0 were generated now" in call("preview", *options).output
    log: list[str] = []
    run(StageRun(store, profile, BATCH, code_version(profile, "faq"), log=log.append), recipe="faq")
    assert any("1 generated, 2 reused" in line for line in log)


def test_a_preview_of_nothing_is_one_sentence(profile: Profile):
    with pytest.raises(CorpusError, match="corpus filtered has no batch"):
        call("preview", "--recipe", "faq", "--batch", BATCH)
    publish(Store(profile.root), PAGES[1:2])
    with pytest.raises(InputError, match="recipe faq takes none of the 1 documents"):
        call("preview", "--recipe", "faq", "--batch", BATCH)


@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl"])
def test_plain_files(tmp_path: Path, settings: Path, name: str):
    rows = [{"doc_id": page.doc_id, "text": page.text, "title": page.title} for page in PAGES]
    pl.DataFrame(rows).write_ndjson(tmp_path / "in.jsonl")
    out = tmp_path / name
    options = ["--recipe", "faq", "--profile", settings]
    said = call("rewrite", tmp_path / "in.jsonl", out, *options).output
    assert "texts of 4 documents" in said
    read = pl.read_parquet if name.endswith("parquet") else pl.read_ndjson
    kept, dropped = read(out), read(out.with_suffix(f".dropped{out.suffix}"))
    assert set(kept["recipe"]) == {"faq"} and set(kept["lang"]) == {"eng_Latn"}
    parents = {parent for row in kept["parent_ids"] for parent in row}
    assert parents <= {page.doc_id for page in PAGES}
    assert set(dropped["doc_id"]) | parents == {page.doc_id for page in PAGES}
    assert dropped.height + len(parents) == 4
    refused = dropped.filter(pl.col("drop_reason") == "not_selected")
    assert refused.select("text", "drop_value").rows() == [("Too short.", "too_short")]
    assert "not selected (too_short): 1 documents" in said
    again = call("rewrite", tmp_path / "in.jsonl", out, *options).output
    assert "0 generated, 3 reused" in again
    assert read(out).equals(kept)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--recipe", "faqs", "--engine", "rules"], "there is no such recipe; there are"),
        (["--recipe", "faqs"], "recipe faqs is not turned on in profile default: name an engine"),
        (["--recipe", "faq", "--engine", "{kind: magic}"], "--engine: engine.kind = 'magic' is"),
        (["--recipe", "faq", "--engine", "{kind: [openai"], "--engine is neither rules nor YAML"),
    ],
)
def test_wrong_options_are_one_sentence(tmp_path: Path, options: list[str], sentence: str):
    (tmp_path / "in.jsonl").write_text('{"text": "A."}\n')
    with pytest.raises(ProfileError, match=sentence):
        call("rewrite", tmp_path / "in.jsonl", tmp_path / "out.jsonl", *options)
    assert not (tmp_path / "out.jsonl").exists()


def test_an_engine_that_does_not_serve_is_refused_before_anything_is_written(tmp_path: Path):
    (tmp_path / "in.jsonl").write_text('{"text": "A."}\n')
    options = ["--recipe", "rewire", "--engine", "rules"]
    with pytest.raises(ProfileError, match="this recipe needs a model"):
        call("rewrite", tmp_path / "in.jsonl", tmp_path / "out.jsonl", *options)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["in.jsonl"]


def test_the_example_of_an_engine_is_one():
    spec = RecipeProfile.model_validate({"engine": yaml.safe_load(ENGINE_EXAMPLE)}).engine
    assert isinstance(spec, OpenAISpec)
    assert spec.url == "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize("declared", ["und", None, 3])
def test_a_language_that_is_not_declared_is_identified(
    tmp_path: Path, settings: Path, declared: object
):
    frame = pl.DataFrame({"text": [page.text for page in PAGES], "lang": [declared] * len(PAGES)})
    frame.write_parquet(tmp_path / "in.parquet")
    out = tmp_path / "out.parquet"
    call("rewrite", tmp_path / "in.parquet", out, "--recipe", "faq", "--profile", settings)
    assert set(pl.read_parquet(out)["lang"]) == {"eng_Latn"}


@pytest.mark.parametrize(
    ("name", "left", "sentence"),
    [
        ("out.csv", "left.jsonl", "out.csv cannot be written; give a name in"),
        ("out.jsonl", "left.txt", "left.txt cannot be written; give a name in"),
        ("out.jsonl", "out.jsonl", "out.jsonl is named twice"),
        ("in.jsonl", "left.jsonl", "in.jsonl is named twice"),
        ("in.jsonl/out.jsonl", "left.jsonl", "in.jsonl is no folder"),
    ],
)
def test_outputs_are_looked_at_before_anything_is_generated(
    tmp_path: Path, name: str, left: str, sentence: str
):
    (tmp_path / "in.jsonl").write_text('{"text": "A."}\n')
    options = ["--recipe", "faq", "--engine", "rules", "--dropped", tmp_path / left]
    with pytest.raises(InputError, match=sentence):
        call("rewrite", tmp_path / "in.jsonl", tmp_path / name, *options)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["in.jsonl"]
