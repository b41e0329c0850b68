"""`synth-assets pack`: plain files in, a folder that a trainer reads out."""

import subprocess
import sys
from pathlib import Path

import orjson
import polars as pl
import pytest
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.errors import InputError, ProfileError
from synth_assets.hashing import digest_file
from synth_assets.packing.plain import pack_files
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.profile import Profile

TEXTS = ["The printer icon.", "", "naïve café: 東京 " * 30, "Short.", "The <|endoftext|> is text."]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    path = tmp_path / "pages.parquet"
    ids = [f"page-{number}" for number in range(len(TEXTS))]
    pl.DataFrame({"doc_id": ids, "text": TEXTS, "lang": "eng_Latn"}).write_parquet(path)
    return path


def packing(profile: Profile, **changes: object):
    return profile.packing.model_copy(update={"sequence_lengths": [32]} | changes)


def test_every_token_is_there_and_every_file_in_the_manifest(
    pages: Path, tmp_path: Path, profile: Profile
) -> None:
    out = tmp_path / "out"
    outcome = pack_files([pages], out, packing(profile))
    assert (outcome.documents, outcome.dropped) == (4, 1)
    rows = pl.read_parquet(out / "parquet/32/*.parquet")
    reader = load_tokenizer(profile.packing.tokenizer)
    pieces: dict[str, dict[int, list[int]]] = {}
    for row in rows.to_dicts():
        for span in row["spans"]:
            own = row["input_ids"][span["start"] : span["end"]]
            pieces.setdefault(span["doc_id"], {})[span["doc_start"]] = own
    for number, text in enumerate(TEXTS):
        if text:
            own = pieces[f"page-{number}"]
            *ids, last = [token for start in sorted(own) for token in own[start]]
            assert (reader.decode(ids), last) == (text, reader.eos_id)
    assert pl.read_parquet(out / "dropped.parquet")["drop_reason"].to_list() == ["no_tokens"]
    files = orjson.loads((out / "manifest.json").read_bytes())["files"]
    present = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert set(files) == present - {"manifest.json"}
    assert all(digest_file(out / name) == known["digest"] for name, known in files.items())


def test_datasets_reads_the_folder_by_its_card(
    pages: Path, tmp_path: Path, profile: Profile
) -> None:
    from datasets import load_dataset

    out = tmp_path / "out"
    pack_files([pages], out, packing(profile, sequence_lengths=[16, 32]))
    for length in (16, 32):
        found = load_dataset(str(out), str(length), cache_dir=str(tmp_path / "c"), split="train")
        rows = pl.read_parquet(out / f"parquet/{length}/*.parquet")
        assert found["input_ids"][:] == rows["input_ids"].to_list()
    card = (out / "README.md").read_text()
    assert "language:\n- eng" in card
    assert "| eng_Latn | 4 |" in card
    assert "pass: tokens at 16" in card


def test_ids_of_the_documents_are_found_again_in_the_text(
    pages: Path, tmp_path: Path, profile: Profile
) -> None:
    out = tmp_path / "out"
    pack_files([pages], out, packing(profile, source_ids="both", sequence_lengths=[512]))
    reader = load_tokenizer(profile.packing.tokenizer)
    (row,) = pl.read_parquet(out / "parquet/512/*.parquet").to_dicts()
    for span in row["spans"]:
        text = reader.decode(row["input_ids"][span["start"] : span["end"]])
        number = int(span["doc_id"].removeprefix("page-"))
        mark = f"[source page-{number}]"
        assert text == f"{mark}\n{TEXTS[number]}\n{mark}<|endoftext|>"


@pytest.mark.parametrize("eos", ["start", "none"])
def test_other_places_of_the_end_of_text(
    eos: str, pages: Path, tmp_path: Path, profile: Profile
) -> None:
    pack_files([pages], tmp_path / "out", packing(profile, eos=eos, sequence_lengths=[512]))
    (row,) = pl.read_parquet(tmp_path / "out/parquet/512/*.parquet").to_dicts()
    end = load_tokenizer(profile.packing.tokenizer).eos_id
    found = [place for place, token in enumerate(row["input_ids"]) if token == end]
    assert found == (row["cu_seqlens"][:-1] if eos == "start" else [])


def test_a_rerun_replaces_the_folder_and_gives_the_same_bytes(
    pages: Path, tmp_path: Path, profile: Profile
) -> None:
    out = tmp_path / "out"
    pack_files([pages], out, packing(profile), forms=("parquet", "npy"))
    first = (out / "manifest.json").read_bytes()
    pack_files([pages], out, packing(profile), forms=("parquet", "npy"))
    assert (out / "manifest.json").read_bytes() == first


def test_the_command_packs_json_lines_for_megatron(pages: Path, tmp_path: Path) -> None:
    lines = tmp_path / "pages.jsonl"
    pl.read_parquet(pages).write_ndjson(lines)
    out = tmp_path / "out"
    arguments = ["pack", str(lines), str(out), "--seq-len", "64", "--export", "megatron"]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert "4 documents" in done.output
    assert (out / "megatron/64/00000.idx").exists()


def test_nothing_stays_beside_the_folder(pages: Path, tmp_path: Path, profile: Profile) -> None:
    before = set(tmp_path.iterdir())
    pack_files([pages], tmp_path / "out", packing(profile))
    assert set(tmp_path.iterdir()) == {*before, tmp_path / "out"}


KILLED = """
import os, sys
from pathlib import Path
from synth_assets.packing.plain import pack_files
from synth_assets.profile import load_profile

rename = Path.rename
def killed(self, target):
    done = rename(self, target)
    if str(target).endswith(".old"):
        os._exit(9)
    return done
Path.rename = killed
pack_files([Path(sys.argv[1])], Path(sys.argv[2]), load_profile().packing)
"""


def test_a_kill_while_the_folder_is_replaced_loses_nothing(
    pages: Path, tmp_path: Path, profile: Profile
) -> None:
    out, before = tmp_path / "out", set(tmp_path.iterdir())
    pack_files([pages], out, packing(profile))
    first = (out / "manifest.json").read_bytes()
    done = subprocess.run([sys.executable, "-c", KILLED, str(pages), str(out)], check=False)
    assert done.returncode == 9
    assert not out.exists()
    lines = tmp_path / "blank.jsonl"
    lines.write_text('{"text": ""}\n')
    with pytest.raises(InputError, match="no document has any token"):
        pack_files([lines], out, packing(profile))
    assert (out / "manifest.json").read_bytes() == first
    assert set(tmp_path.iterdir()) == {*before, lines, out}


def faults(tmp_path: Path) -> dict[str, tuple[list[str], object]]:
    empty, blank, busy = tmp_path / "empty.parquet", tmp_path / "blank.jsonl", tmp_path / "busy"
    pl.DataFrame({"text": []}, schema={"text": pl.String}).write_parquet(empty)
    blank.write_text('{"text": ""}\n')
    nothing, numbers, inside = (
        tmp_path / name for name in ("nothing.jsonl", "numbers.parquet", "packed/in.jsonl")
    )
    nothing.write_bytes(b"")
    pl.DataFrame({"text": [1]}).write_parquet(numbers)
    inside.parent.mkdir()
    inside.write_text('{"text": "Mine."}\n')
    (inside.parent / "manifest.json").write_text("{}")
    busy.mkdir()
    (busy / "thesis.tex").write_text("mine")
    return {
        "has any token; nothing was written": ([empty, "OUT"], InputError),
        "no document has any token": ([blank, "OUT"], InputError),
        "a sequence length of 0 is not allowed": ([blank, "OUT", "--seq-len", "0"], ProfileError),
        "no export 'tar'": ([blank, "OUT", "--export", "tar"], InputError),
        "was not made by pack": ([blank, busy], InputError),
        "name the files to read": (["OUT"], InputError),
        "cannot be read as documents": ([tmp_path / "none.parquet", "OUT"], InputError),
        "nothing.jsonl: no document has any token": ([nothing, "OUT"], InputError),
        "holds Int64, and documents are text": ([numbers, "OUT"], InputError),
        "would be replaced; give a new folder": ([inside, inside.parent], InputError),
        "has no column 'body'": ([blank, "OUT", "--text-column", "body"], InputError),
    }


@pytest.mark.parametrize("sentence", range(11))
def test_bad_input_is_one_sentence_and_leaves_nothing(sentence: int, tmp_path: Path) -> None:
    expected, (arguments, error) = list(faults(tmp_path).items())[sentence]
    before = [path for path in sorted(tmp_path.rglob("*")) if "home" not in path.parts]
    given = [str(tmp_path / "OUT") if part == "OUT" else str(part) for part in arguments]
    with pytest.raises(error, match=expected):
        CliRunner().invoke(app, ["pack", *given], catch_exceptions=False)
    assert [path for path in sorted(tmp_path.rglob("*")) if "home" not in path.parts] == before


def test_a_tokenizer_without_end_of_text_is_one_sentence(
    pages: Path, tmp_path: Path, profile: Profile
) -> None:
    from synth_assets.bundled import FOLDER

    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "tokenizer.json").write_bytes((FOLDER / "tokenizer/tokenizer.json").read_bytes())
    with pytest.raises(ProfileError, match="no end-of-text token"):
        pack_files([pages], tmp_path / "out", packing(profile, tokenizer=str(bare)))
    assert not (tmp_path / "out").exists()
