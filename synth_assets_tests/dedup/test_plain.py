"""Near-duplicate removal on plain files."""

import gzip
import random
from pathlib import Path

import numpy as np
import orjson
import polars as pl
import pytest
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.corpus.plain import Columns, read_frames
from synth_assets.dedup.plain import Outcome, dedup_files
from synth_assets.errors import InputError
from synth_assets.profile import Profile
from synth_assets.profile.dedup import DedupProfile
from synth_assets_tests.dedup.corpora import essay


@pytest.fixture
def dedup(profile: Profile) -> DedupProfile:
    return profile.dedup


def text(topic: str, changed: int = 0) -> str:
    own = [f"changed {topic} line {number} of {changed}." for number in range(changed)]
    return " ".join(essay(topic)[changed:] + own)


TEXTS = {
    "a": text("river"),
    "b": text("river", 2),
    "c": text("hill"),
    "d": text("river"),
    "e": "",
    "f": "...",
    "g": text("hill").upper(),
    "h": "two words",
    "i": "two words",
    "j": "",
}


def write(path: Path, texts: dict[str, str]) -> Path:
    frame = pl.DataFrame({"doc_id": list(texts), "text": list(texts.values()), "n": len(texts)})
    frame.write_parquet(path, row_group_size=3)
    return path


def left(out: Path) -> dict[str, tuple[str, str, str]]:
    columns = ["doc_id", "drop_reason", "duplicate_of", "cluster_root"]
    dropped = pl.read_parquet(out.with_suffix(".dropped.parquet"), columns=columns)
    return {row[0]: row[1:] for row in dropped.iter_rows()}


def test_the_first_seen_stays_and_every_row_is_written_once(
    tmp_path: Path, dedup: DedupProfile
) -> None:
    source, out = write(tmp_path / "in.parquet", TEXTS), tmp_path / "out.parquet"
    outcome = dedup_files([source], out, dedup, clusters=tmp_path / "clusters.parquet")
    assert left(out) == {
        "b": ("near_duplicate", "a", "a"),
        "d": ("exact_duplicate", "a", "a"),
        "g": ("near_duplicate", "c", "c"),
        "i": ("exact_duplicate", "h", "h"),
        "j": ("exact_duplicate", "e", "e"),
    }
    kept = pl.read_parquet(out)
    assert kept["doc_id"].to_list() == ["a", "c", "e", "f", "h"]
    assert kept.columns == ["doc_id", "text", "n"]
    assert outcome.read == outcome.kept + sum(outcome.dropped.values())
    clusters = pl.read_parquet(tmp_path / "clusters.parquet")
    assert clusters.filter(~pl.col("kept")).height == 5
    assert clusters.filter("kept")["doc_id"].to_list() == ["a", "c", "e", "h"]
    assert list(tmp_path.glob(".*")) == []


def many(seed: int) -> dict[str, str]:
    chance = random.Random(seed)
    topics = ("river", "hill", "coast", "plain", "moor")
    texts = [text(chance.choice(topics), chance.choice([0, 0, 1, 3, 6, 12])) for _ in range(60)]
    return {f"d{number:02}": value for number, value in enumerate(texts)}


@pytest.mark.parametrize("seed", range(4))
def test_parts_one_after_the_other_agree_with_the_whole(
    seed: int, tmp_path: Path, dedup: DedupProfile
) -> None:
    """Who leaves as the parts come leaves from the whole too, for the same document. The whole may
    drop more: what came later can join two groups, and what was published stays."""
    texts = many(seed)
    whole, ids = write(tmp_path / "in.parquet", texts), list(texts)
    dedup_files([whole], tmp_path / "whole.parquet", dedup)
    expected = {doc_id: row[2] for doc_id, row in left(tmp_path / "whole.parquet").items()}
    found: dict[str, str] = {}
    seen: list[Path] = []
    for number, start in enumerate(range(0, len(ids), 15)):
        part = {doc_id: texts[doc_id] for doc_id in ids[start : start + 15]}
        source, out = write(tmp_path / f"{number}.parquet", part), tmp_path / f"out{number}.parquet"
        bands = tmp_path / f"bands{number}"
        dedup_files([source], out, dedup, against=seen, bands=bands)
        seen.append(bands)
        found |= {doc_id: row[2] for doc_id, row in left(out).items()}
    assert len(found) > 20
    assert {doc_id: expected.get(root, root) for doc_id, root in found.items()} == {
        doc_id: expected[doc_id] for doc_id in found
    }


def test_any_split_into_files_gives_the_same(tmp_path: Path, dedup: DedupProfile) -> None:
    texts = many(9)
    ids = list(texts)
    files = [
        write(tmp_path / f"{start}.parquet", {name: texts[name] for name in ids[start : start + 7]})
        for start in range(0, len(ids), 7)
    ]
    dedup_files([write(tmp_path / "in.parquet", texts)], tmp_path / "one.parquet", dedup)
    dedup_files(files, tmp_path / "many.parquet", dedup)
    assert left(tmp_path / "one.parquet") == left(tmp_path / "many.parquet")


def test_json_lines_and_other_column_names(tmp_path: Path, dedup: DedupProfile) -> None:
    rows = [{"key": number, "body": value} for number, value in enumerate(TEXTS.values())]
    source = tmp_path / "in.jsonl.gz"
    source.write_bytes(gzip.compress(b"".join(orjson.dumps(row) + b"\n" for row in rows)))
    outcome = dedup_files([source], tmp_path / "out.parquet", dedup, columns=Columns("key", "body"))
    assert (outcome.read, outcome.kept) == (10, 5)


def test_documents_without_ids_go_by_their_number(tmp_path: Path, dedup: DedupProfile) -> None:
    pl.DataFrame({"text": ["same words", "same words"]}).write_parquet(tmp_path / "in.parquet")
    dedup_files([tmp_path / "in.parquet"], tmp_path / "out.parquet", dedup)
    dropped = pl.read_parquet(tmp_path / "out.dropped.parquet")
    assert dropped["duplicate_of"].to_list() == ["0"]


def run_on(tmp_path: Path, dedup: DedupProfile, texts: dict[str, str]) -> Outcome:
    return dedup_files([write(tmp_path / "in.parquet", texts)], tmp_path / "out.parquet", dedup)


def test_many_equal_documents_take_no_comparison(tmp_path: Path, dedup: DedupProfile) -> None:
    outcome = run_on(tmp_path, dedup, {f"{number}": TEXTS["a"] for number in range(20_000)})
    assert outcome.dropped == {"exact_duplicate": 19_999}
    assert outcome.figures["pairs_compared"] == 0


def test_many_templated_documents_are_compared_linearly(
    tmp_path: Path, dedup: DedupProfile
) -> None:
    page = text("hill")
    outcome = run_on(tmp_path, dedup, {f"{number}": f"{page} {number}" for number in range(3000)})
    assert outcome.dropped == {"near_duplicate": 2999}
    assert outcome.figures["pairs_compared"] < 2 * 3000


def test_a_document_of_megabytes_is_judged_like_any(tmp_path: Path, dedup: DedupProfile) -> None:
    long = " ".join(map(str, np.random.default_rng(1).integers(0, 1 << 30, 400_000).tolist()))
    texts = {"a": long, "b": "x", "c": f"first {long} last"}
    assert run_on(tmp_path, dedup, texts).dropped == {"near_duplicate": 1}


@pytest.mark.parametrize(
    ("texts", "columns", "said"),
    [
        ({"a": "x"}, Columns("doc_id", "body"), "has no column 'body'; it has: doc_id, text, n"),
        ({"a": None}, Columns(), "a document has no text"),
    ],
)
def test_files_that_do_not_fit_are_refused(
    tmp_path: Path, dedup: DedupProfile, texts: dict, columns: Columns, said: str
) -> None:
    frame = pl.DataFrame(
        {"doc_id": list(texts), "text": pl.Series(list(texts.values()), dtype=pl.String), "n": 1}
    )
    frame.write_parquet(tmp_path / "in.parquet")
    with pytest.raises(InputError, match=said):
        dedup_files([tmp_path / "in.parquet"], tmp_path / "out.parquet", dedup, columns=columns)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["in.parquet"]


def test_ids_that_occur_twice_are_refused(tmp_path: Path, dedup: DedupProfile) -> None:
    frame = pl.DataFrame({"doc_id": ["a", "a"], "text": ["x", "y"]})
    frame.write_parquet(tmp_path / "in.parquet")
    with pytest.raises(InputError, match="the id 'a' occurs twice"):
        dedup_files([tmp_path / "in.parquet"], tmp_path / "out.parquet", dedup)


def test_bands_of_other_parameters_are_refused(tmp_path: Path, dedup: DedupProfile) -> None:
    source, bands = write(tmp_path / "in.parquet", TEXTS), tmp_path / "bands"
    dedup_files([source], tmp_path / "out.parquet", dedup, bands=bands)
    other = dedup.model_copy(update={"seed": 9})
    with pytest.raises(InputError, match=f"seed = {dedup.seed}, now it is 9"):
        dedup_files([source], tmp_path / "out.parquet", other, against=[bands])
    with pytest.raises(InputError, match="holds no bands"):
        dedup_files([source], tmp_path / "out.parquet", dedup, against=[tmp_path])


def test_the_command_line(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.parquet", TEXTS), tmp_path / "out.parquet"
    arguments = ["dedup", str(source), str(out), "--threshold", "0.7"]
    done = CliRunner().invoke(app, [*arguments, "--clusters", str(tmp_path / "c.parquet")])
    assert done.exit_code == 0, done.output
    assert "5 of 10 documents stay" in done.output
    assert pl.read_parquet(out).height == 5


def test_texts_that_were_seen_are_read_where_they_were_written(
    tmp_path: Path, dedup: DedupProfile
) -> None:
    """The input may be gone, and need not have been Parquet."""
    source = tmp_path / "in.jsonl"
    source.write_bytes(orjson.dumps({"doc_id": 1, "text": TEXTS["a"]}) + b"\n")
    dedup_files([source], tmp_path / "one.parquet", dedup, bands=tmp_path / "bands")
    source.write_bytes(orjson.dumps({"doc_id": 2, "text": TEXTS["b"]}) + b"\n")
    out = tmp_path / "two.parquet"
    outcome = dedup_files([source], out, dedup, against=[tmp_path / "bands"])
    assert left(out) == {2: ("near_duplicate", "1", "1")}
    assert outcome.figures["pairs_estimated"] == 0


def test_little_memory_changes_no_decision(tmp_path: Path, dedup: DedupProfile) -> None:
    """One megabyte holds the sets of some of these documents; the others lie in a file, and
    earlier ones are read several times."""
    long = [word for number in range(12) for word in essay(f"topic{number}", 900)]
    texts = {f"{at:02}": " ".join([*long[at:], f"number {at}."]) for at in range(24)}
    first, second = dict(list(texts.items())[:4]), dict(list(texts.items())[4:])
    found = []
    for size in (1, 1024):
        folder = tmp_path / f"{size}"
        folder.mkdir()
        settings = dedup.model_copy(update={"memory_mb": size})
        bands = folder / "bands"
        dedup_files(
            [write(folder / "a.parquet", first)], folder / "x.parquet", settings, bands=bands
        )
        out = folder / "out.parquet"
        dedup_files([write(folder / "b.parquet", second)], out, settings, against=[bands])
        found.append(left(folder / "x.parquet") | left(out))
    assert found[0] == found[1]
    assert len(found[0]) == 23


def test_how_much_memory_is_used_makes_no_other_version(dedup: DedupProfile) -> None:
    assert dedup.model_copy(update={"memory_mb": 7}).version == dedup.version
    assert dedup.model_copy(update={"threshold": 0.5}).version != dedup.version


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        ({}, 0),
        ({"a": "", "b": "", "c": " "}, 2),
        ({"a": "one two", "b": "One, two!", "c": "one", "d": "two one"}, 3),
    ],
    ids=["no documents", "empty texts", "shorter than a shingle"],
)
def test_texts_that_hold_little(
    tmp_path: Path, dedup: DedupProfile, texts: dict[str, str], kept: int
) -> None:
    frame = pl.DataFrame(
        {"doc_id": list(texts), "text": list(texts.values())},
        schema={"doc_id": pl.String, "text": pl.String},
    )
    frame.write_parquet(tmp_path / "in.parquet")
    source, bands = tmp_path / "in.parquet", tmp_path / "bands"
    outcome = dedup_files([source], tmp_path / "out.parquet", dedup, bands=bands)
    assert (outcome.read, outcome.kept) == (len(texts), kept)


@pytest.mark.drill
def test_a_million_identical_documents(tmp_path: Path, dedup: DedupProfile) -> None:
    count = 1_000_000
    frame = pl.DataFrame({"doc_id": range(count), "text": TEXTS["a"][:200]})
    frame.write_parquet(tmp_path / "in.parquet")
    outcome = dedup_files([tmp_path / "in.parquet"], tmp_path / "out.parquet", dedup)
    assert (outcome.kept, outcome.figures["pairs_compared"]) == (1, 0)


@pytest.mark.drill
def test_a_document_of_a_hundred_megabytes(tmp_path: Path, dedup: DedupProfile) -> None:
    numbers = np.random.default_rng(1).integers(0, 1 << 30, 10_100_000).tolist()
    long = " ".join(map(str, numbers))
    texts = {"a": long, "b": "x", "c": f"first {long} last"}
    assert len(long) > 100_000_000
    assert run_on(tmp_path, dedup, texts).dropped == {"near_duplicate": 1}


def test_json_lines_are_written_as_such(tmp_path: Path, dedup: DedupProfile) -> None:
    source, out = write(tmp_path / "in.parquet", TEXTS), tmp_path / "out.jsonl"
    dedup_files([source], out, dedup)
    assert pl.read_ndjson(out)["doc_id"].to_list() == ["a", "c", "e", "f", "h"]
    assert set(left(out)) == {"b", "d", "g", "i", "j"}


@pytest.mark.parametrize(
    ("out", "options", "said"),
    [
        ("in.parquet", {}, "in.parquet is named twice"),
        ("../link/in.parquet", {}, "in.parquet is named twice"),
        ("out.csv", {}, "out.csv cannot be written; give a name in .parquet or .jsonl"),
        ("in.parquet/out.jsonl", {}, "in.parquet is no folder"),
        ("out.parquet", {"clusters": "out.parquet"}, "out.parquet is named twice"),
        ("out.parquet", {"clusters": "out.dropped.parquet"}, "dropped.parquet is named twice"),
        ("out.parquet", {"clusters": "c.jsonl"}, "clusters need a name in .parquet"),
        ("out.jsonl", {"bands": "bands"}, "out.jsonl cannot be written with --bands"),
    ],
)
def test_outputs_that_would_be_lost_are_refused(
    tmp_path: Path, dedup: DedupProfile, out: str, options: dict[str, str], said: str
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    source = write(folder / "in.parquet", TEXTS)
    before = source.read_bytes()
    paths = {name: folder / value for name, value in options.items()}
    with pytest.raises(InputError, match=said):
        dedup_files([source], folder / out, dedup, **paths)
    assert [path.name for path in folder.iterdir()] == ["in.parquet"]
    assert source.read_bytes() == before


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_files_of_different_columns(tmp_path: Path, dedup: DedupProfile, ending: str) -> None:
    """As the filter and a recipe write them: a document has nulls for what its file does not
    have."""
    one = pl.DataFrame(
        {"doc_id": ["a", "b"], "text": [TEXTS["a"], "two words"], "n": [1, 2], "parents": [[], []]},
        schema_overrides={"parents": pl.List(pl.String)},
    )
    two = pl.DataFrame(
        {"text": [TEXTS["a"], "other words"], "doc_id": ["c", "d"], "parents": [["a"], ["b"]]}
    ).with_columns(made=pl.struct(by=pl.lit("faq"), at=pl.lit(None, pl.Int64)))
    paths = [tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"]
    for frame, path in zip((one, two), paths, strict=True):
        frame.write_parquet(path) if ending == "parquet" else frame.write_ndjson(path)
    out = tmp_path / "out.parquet"
    dedup_files(paths, out, dedup)
    kept = pl.read_parquet(out)
    assert kept.columns == ["doc_id", "text", "n", "parents", "made"]
    assert kept.select("doc_id", "n", "parents").rows() == [
        ("a", 1, []),
        ("b", 2, []),
        ("d", None, ["b"]),
    ]
    assert [row and row["by"] for row in kept["made"]] == [None, None, "faq"]
    assert pl.read_parquet(tmp_path / "out.dropped.parquet")["parents"].to_list() == [["a"]]


def test_columns_of_different_types_are_refused(tmp_path: Path, dedup: DedupProfile) -> None:
    one = write(tmp_path / "one.parquet", {"a": "x"})
    two = tmp_path / "two.parquet"
    pl.DataFrame({"doc_id": ["b"], "text": ["y"], "n": ["z"]}).write_parquet(two)
    said = r"column 'n' holds Int32 in .*one.parquet and String in .*two.parquet"
    with pytest.raises(InputError, match=said):
        dedup_files([one, two], tmp_path / "out.parquet", dedup)
    pl.DataFrame({"text": [1, 2]}).write_parquet(two)
    with pytest.raises(InputError, match="column 'text' holds Int64, and documents are text"):
        dedup_files([two], tmp_path / "out.parquet", dedup)


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz"])
@pytest.mark.parametrize("lines", [b"", b"\n \n"])
def test_lines_of_no_document(
    tmp_path: Path, dedup: DedupProfile, ending: str, lines: bytes
) -> None:
    empty, out = tmp_path / f"empty.{ending}", tmp_path / "out.jsonl"
    empty.write_bytes(gzip.compress(lines) if ending.endswith("gz") else lines)
    assert dedup_files([empty], out, dedup).read == 0
    more = write(tmp_path / "in.parquet", TEXTS)
    assert dedup_files([out, more], tmp_path / "again.jsonl", dedup).kept == 5


@pytest.mark.parametrize("fault", [b"{oops", b"[1, 2]", b'{"text": "a"} {"text": "b"}'])
def test_a_line_at_fault_is_named(tmp_path: Path, dedup: DedupProfile, fault: bytes) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"text": "a"}\n\n' + fault + b"\n")
    with pytest.raises(InputError, match=r"in.jsonl, line 3: a JSON object was expected, not"):
        dedup_files([source], tmp_path / "out.parquet", dedup)
    with pytest.raises(InputError, match=r"in.jsonl, line 3: a JSON object was expected, not"):
        list(read_frames([source], Columns()))
