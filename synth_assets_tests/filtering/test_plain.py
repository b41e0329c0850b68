"""The filter on plain files."""

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.corpus.plain import Columns
from synth_assets.errors import InputError
from synth_assets.filtering.plain import filter_files
from synth_assets.profile import Profile
from synth_assets_tests.filtering.raw import PROSE

MENU = "Home\nProducts\nAbout us"
MAIL = f"{PROSE} Write to harbour@tourism.org for a map."
ROWS = [("a", PROSE, 1), ("b", MENU, 2), ("c", PROSE.upper(), 3), ("c", MAIL, 4), ("e", "", 5)]


@pytest.fixture
def given(tmp_path: Path) -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=["doc_id", "text", "n"], orient="row")


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_every_row_is_kept_or_dropped_with_its_reason(
    tmp_path: Path, profile: Profile, given: pl.DataFrame, ending: str
) -> None:
    source, out, left = (tmp_path / f"{name}.{ending}" for name in ("in", "out", "left"))
    read = pl.read_parquet if ending == "parquet" else pl.read_ndjson
    given.write_parquet(source) if ending == "parquet" else given.write_ndjson(source)
    scores = tmp_path / "scores.parquet"
    outcome = filter_files([source], out, left, profile.filtering, scores=scores)
    kept, dropped = read(out), read(left)
    assert kept["n"].to_list() == [1, 4]
    assert kept.columns == [*given.columns, "lang"]
    assert kept["lang"].to_list() == ["eng_Latn"] * 2
    assert kept["text"].to_list() == [PROSE, MAIL.replace("harbour@tourism.org", "<EMAIL>")]
    verdicts = dropped.select("n", "drop_reason", "drop_limit", "duplicate_of", "lang")
    assert verdicts.rows() == [
        (2, "gopher_min_words", "at least 50", None, "eng_Latn"),
        (3, "exact_duplicate", "one document per content hash", "a", "eng_Latn"),
        (5, "gopher_min_words", "at least 50", None, "und"),
    ]
    assert dropped["text"].to_list() == [MENU, PROSE.upper(), ""]
    assert (outcome.read, outcome.kept) == (5, 2)
    assert outcome.dropped == {"gopher_min_words": 2, "exact_duplicate": 1}
    scored = pl.read_parquet(scores)
    assert scored["doc_id"].to_list() == ["a", "b", "c", "c", "e"]
    assert scored["gopher_words"].to_list()[:2] == [78, 4]
    assert list(tmp_path.glob(".*")) == []


def test_several_files_and_a_profile_by_the_command(tmp_path: Path, given: pl.DataFrame) -> None:
    first, second = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    given.head(2).rename({"text": "body"}).write_ndjson(first)
    given.tail(3).rename({"text": "body"}).write_ndjson(second)
    mine = tmp_path / "mine.yaml"
    mine.write_text("filtering: {gopher_quality: {min_words: 3}, c4: {min_sentences: 0}}")
    arguments = ["filter", str(first), str(second), str(tmp_path / "out.jsonl")]
    options = [
        "--profile",
        str(mine),
        "--text-column",
        "body",
        "--dropped",
        str(tmp_path / "d.jsonl"),
    ]
    done = CliRunner().invoke(app, arguments + options, catch_exceptions=False)
    assert done.exit_code == 0
    assert "exact_duplicate: 1 documents" in done.output
    kept = pl.read_ndjson(tmp_path / "out.jsonl")["n"].to_list()
    left = pl.read_ndjson(tmp_path / "d.jsonl")["n"].to_list()
    assert sorted(kept + left) == [1, 2, 3, 4, 5]
    assert 3 in left


def test_no_document_at_all(tmp_path: Path, profile: Profile, given: pl.DataFrame) -> None:
    given.clear().write_parquet(tmp_path / "in.parquet")
    out, left = tmp_path / "out.parquet", tmp_path / "left.parquet"
    assert filter_files([tmp_path / "in.parquet"], out, left, profile.filtering).read == 0
    assert pl.read_parquet(out).schema == given.schema | {"lang": pl.String}
    assert "drop_reason" in pl.read_parquet(left).columns


def test_bad_input_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, profile: Profile, given: pl.DataFrame
) -> None:
    source, out, left = (tmp_path / f"{name}.parquet" for name in ("in", "out", "left"))
    given.write_parquet(source)

    def run(inputs: list[Path], out: Path = out, **columns: str) -> None:
        filter_files(inputs, out, left, profile.filtering, columns=Columns(**columns))

    with pytest.raises(InputError, match="has no column 'body'; it has: doc_id, text, n"):
        run([source], text="body")
    with pytest.raises(InputError, match="in.parquet is named twice"):
        run([source], out=source)
    with pytest.raises(InputError, match="missing.parquet cannot be read as documents"):
        run([tmp_path / "missing.parquet"])
    with pytest.raises(InputError, match=r"out.csv cannot be written"):
        run([source], out=tmp_path / "out.csv")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["in.parquet"]


def test_the_measured_language_takes_the_place_of_the_declared(
    tmp_path: Path, profile: Profile
) -> None:
    source, out, left = (tmp_path / f"{name}.parquet" for name in ("in", "out", "left"))
    texts, declared = [PROSE, MENU, PROSE[::-1]], ["und", "en", "fra_Latn"]
    pl.DataFrame({"text": texts, "lang": declared}).write_parquet(source)
    filter_files([source], out, left, profile.filtering)
    rows = pl.concat([pl.read_parquet(path) for path in (out, left)], how="diagonal")
    assert dict(rows.select("text", "lang_hint").iter_rows()) == dict(
        zip(texts, declared, strict=True)
    )
    assert dict(rows.select("text", "lang").iter_rows())[PROSE] == "eng_Latn"
    assert pl.read_parquet(left)["lang"].to_list()[0] == "eng_Latn"


def test_a_language_that_is_no_text_is_only_handed_on(tmp_path: Path, profile: Profile) -> None:
    source, out, left = (tmp_path / f"{name}.parquet" for name in ("in", "out", "left"))
    pl.DataFrame({"text": [PROSE], "lang": [7]}).write_parquet(source)
    filter_files([source], out, left, profile.filtering)
    assert pl.read_parquet(out).select("lang", "lang_hint").rows() == [("eng_Latn", 7)]


def test_texts_that_are_no_text_are_refused(tmp_path: Path, profile: Profile) -> None:
    source, out, left = (tmp_path / f"{name}.parquet" for name in ("in", "out", "left"))
    pl.DataFrame({"text": [1, 2]}).write_parquet(source)
    with pytest.raises(InputError, match="in.parquet: column 'text' holds Int64, and documents"):
        filter_files([source], out, left, profile.filtering)


def test_lines_without_a_document(tmp_path: Path, profile: Profile, given: pl.DataFrame) -> None:
    """An empty output of one call is an input of the next."""
    source, out, left = (tmp_path / f"{name}.jsonl" for name in ("in", "out", "left"))
    source.write_bytes(b"")
    assert filter_files([source], out, left, profile.filtering).read == 0
    assert out.read_bytes() == b""
    more = tmp_path / "more.jsonl"
    given.write_ndjson(more)
    again = tmp_path / "again.jsonl"
    assert filter_files([out, more], again, left, profile.filtering).read == 5
