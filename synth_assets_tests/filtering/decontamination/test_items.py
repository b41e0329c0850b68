import gzip
from pathlib import Path

import orjson
import polars as pl
import pytest

from synth_assets.errors import InputError, ProfileError
from synth_assets.filtering.decontamination.items import digest_of, read_items
from synth_assets.home import Home
from synth_assets.profile import load_profile
from synth_assets.profile.decontamination import EvaluationSet

RECORDS = [
    {"id": 7, "question": "Who?", "turns": ["one", "two"], "answer": "B", "choices": ["x", "y"]},
    {"id": 8, "question": "Why?", "turns": [], "answer": "so", "choices": None},
]


def _set(path: Path, **changes: object) -> EvaluationSet:
    fields = {"text": ["question"], "answers": ["answer", "choices"], "id": "id"}
    return EvaluationSet(path=str(path), **(fields | changes))  # type: ignore[arg-type]


def _written(folder: Path, form: str) -> Path:
    path = folder / f"items.{form}"
    lines = b"\n\n".join(map(orjson.dumps, RECORDS))
    match form:
        case "jsonl":
            path.write_bytes(lines)
        case "jsonl.gz":
            path.write_bytes(gzip.compress(lines))
        case "parquet":
            pl.DataFrame(RECORDS).write_parquet(path)
    return path


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "parquet"])
def test_items_of_each_form(tmp_path: Path, form: str) -> None:
    first, second = read_items("own", _set(_written(tmp_path, form)))
    assert (str(first), first.texts) == ("own/7", ("Who?",))
    assert (first.answers, first.choices) == (("x", "y"), (("x", "y"),))  # B is only a label
    assert (second.answers, second.choices) == (("so",), ())


def test_lists_of_texts_and_items_without_an_id(tmp_path: Path) -> None:
    settings = _set(_written(tmp_path, "jsonl"), text=["turns", "question"], id=None)
    items = read_items("own", settings)
    assert [(item.name, item.texts) for item in items] == [
        ("1", ("one", "two", "Who?")),
        ("2", ("Why?",)),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "evaluation set own: {path} holds no record; one item or more is needed"),
        (b'{"id": 1}', "own: {path}, item 1 (1) has no field question; its fields are id"),
        (b'{"id": 1, "question": " "}', "{path}, item 1 (1) has no text in question; every item"),
        (b'{"question": "x"}', "{path}, item 1 has no field id; its fields are question"),
        (b'{"id": 1, "question": {"a": 1}}', "item 1 (1): field question is a dict; allowed are"),
        (b'{"id": 1, "question": "x"}\n{', "{path}, line 2 is not JSON ("),
        (b'["x"]', "{path}, line 1 is a list; each line must be one object"),
    ],
)
def test_faults_in_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_items("own", _set(path))
    assert sentence.format(path=path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["broken.parquet", "broken.jsonl.gz"])
def test_files_that_are_not_what_they_are_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"neither")
    with pytest.raises(InputError, match=f"evaluation set own: .*{name} cannot be read"):
        read_items("own", _set(path))


def test_a_missing_file_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(ProfileError) as caught:
        digest_of("own", _set(tmp_path / "none.jsonl"))
    assert str(caught.value) == (
        f"filtering.decontamination.sets.own.path = {tmp_path}/none.jsonl cannot be read "
        f"(No such file or directory); allowed are JSON Lines (.jsonl, .jsonl.gz) and Parquet"
    )


def test_paths_are_relative_to_the_home(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(
        "filtering: {decontamination: {sets: {own: {path: evals/own.jsonl, text: [question]}}}}"
    )
    [own] = load_profile(path, home).filtering.decontamination.sets.values()
    assert own.path == str(home.path / "evals" / "own.jsonl")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ("short_ngram: 14", "short_ngram = 14 is not allowed: it must not be larger than ngram"),
        ("ngram: 40", "ngram = 40 is not allowed"),
        ("sets: {own: {path: x, text: []}}", "sets.own.text = [] is not allowed"),
        ("sets: {own: {path: x, text: [q], name: id}}", "allowed here are path, text, answers, id"),
    ],
)
def test_a_wrong_profile(home: Home, tmp_path: Path, changes: str, sentence: str) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(f"filtering: {{decontamination: {{{changes}}}}}")
    with pytest.raises(ProfileError) as caught:
        load_profile(path, home)
    assert sentence in str(caught.value)
