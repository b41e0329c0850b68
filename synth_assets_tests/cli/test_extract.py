"""`synth-assets extract`: what raw_web would hold, as plain files."""

import polars as pl
import pytest
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.errors import InputError
from synth_assets.ingest.version import COLUMNS
from synth_assets_tests.ingest.making import http, member, page, record


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    missing = record(http(b"", status="404 Not Found"), url="http://a.example/gone")
    (folder / "a.warc.gz").write_bytes(member(page("Good text.")) + member(missing))
    (folder / "b.jsonl").write_text('{"text": "One.", "url": "http://b.example/"}\n{oops\n')
    (folder / "notes.txt").write_text("x")
    return folder


def run(*arguments):
    return CliRunner().invoke(app, ["extract", *map(str, arguments)], catch_exceptions=False)


@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl"])
def test_documents_and_drops_with_their_reasons(inputs, tmp_path, name):
    out, dropped = tmp_path / name, tmp_path / f"left-{name}"
    said = run(inputs, out, "--dropped", dropped).output
    assert "2 of 4 records are documents" in said
    assert "notes.txt: passed over" in said
    read = pl.read_parquet if name.endswith("parquet") else pl.read_ndjson
    kept, left = read(out), read(dropped)
    assert kept.columns == list(COLUMNS)
    assert kept["text"].to_list() == ["# A page\n\nGood text.", "One."]
    assert kept["domain"].to_list() == ["a.example", "b.example"]
    assert left["drop_reason"].to_list() == ["http_status", "bad_json_line"]
    assert left["text"].to_list()[1] == "{oops"


def test_inputs_that_end_in_no_document_give_empty_tables(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"")
    assert run(tmp_path / "a.jsonl", tmp_path / "out.parquet").exit_code == 0
    for name in ("out.parquet", "out.dropped.parquet"):
        assert pl.read_parquet(tmp_path / name).height == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere", "out.parquet"], "nowhere does not exist"),
        (["{in}/notes.txt", "out.parquet"], "no file to read in .*: none is of a known kind"),
        (["{in}", "out.csv"], "out.csv cannot be written"),
        (["{in}", "{in}/b.jsonl"], "b.jsonl is named twice"),
        (["{in}", "out.parquet", "--dropped", "out.parquet"], "out.parquet is named twice"),
        (["out.parquet"], "name the files to read, and after them the one to write"),
    ],
)
def test_wrong_arguments_are_one_sentence_and_leave_nothing(
    inputs, tmp_path, monkeypatch, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in inputs.iterdir()}
    with pytest.raises(InputError, match=sentence):
        run(*(argument.replace("{in}", str(inputs)) for argument in arguments))
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == []
    assert {path: path.read_bytes() for path in inputs.iterdir()} == before
