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
from synth_assets.corpus.plain import Columns
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
