"""Pairs: read from files, cleaned, and split so that nothing held out is learned."""

import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.errors import InputError
from synth_assets.modeling.translation.bitext import NOT_STATED, TAG, gather, read_files
from synth_assets.profile.modeling import BitextColumns, TranslatorModel

SETTINGS = TranslatorModel(held_out=5)

WORDS = ["", " ", *(f"word{number}" for number in range(38))]
SOURCES = [*WORDS, *(f"{TAG} {word}" for word in WORDS)]
LICENSES = ["MIT", "GPL-3+"]
one_row = st.integers(0, len(SOURCES) * len(WORDS) * len(LICENSES) - 1)
rows = st.lists(one_row, min_size=20, max_size=90).map(lambda drawn: [row_of(one) for one in drawn])


def row_of(number: int) -> tuple[str, str, str]:
    number, source = divmod(number, len(SOURCES))
    number, target = divmod(number, len(WORDS))
    return SOURCES[source], WORDS[target], LICENSES[number]


def frame(pairs: list[tuple[str, str, str]]) -> pl.DataFrame:
    schema = dict.fromkeys(("source", "target", "license"), pl.String)
    return pl.DataFrame(pairs, schema=schema, orient="row")


@settings(max_examples=20, deadline=None)
@given(rows, st.sampled_from([None, ["MIT"]]), st.randoms(use_true_random=False))
def test_every_row_is_in_one_place_and_nothing_held_out_is_learned(pairs, licenses, chance) -> None:
    asked = SETTINGS.model_copy(update={"licenses": licenses})
    try:
        found = gather([frame(pairs[:50]), frame(pairs[50:])], asked)
    except InputError:
        return
    train, aside = found.train, found.held_out
    assert len(train) + len(aside) + found.left_out.total() == len(pairs)
    assert 0 < len(aside) <= 5 and not aside["source"].str.starts_with(TAG).any()
    for side in ("source", "target"):
        assert not set(train[side]) & set(aside[side])
    if licenses:
        assert set(train["license"]) | set(aside["license"]) == {"MIT"}
    chance.shuffle(pairs)
    assert set(gather([frame(pairs)], asked).held_out["source"]) == set(aside["source"])


def test_files_of_every_kind_hold_the_same_pairs(tmp_path: Path) -> None:
    numbers = range(30)
    columns = {"en": [f'a "{n}' for n in numbers], "ca": [f"b {n}" for n in numbers]}
    pairs = pl.DataFrame(columns)
    pairs.write_parquet(tmp_path / "a.parquet")
    pairs.write_ndjson(tmp_path / "a.jsonl")
    with gzip.open(tmp_path / "a.tsv.gz", "wt") as stream:
        stream.write("en\tca\n" + "".join(f"{one}\t{other}\n" for one, other in pairs.rows()))
    for name in ("a.parquet", "a.tsv.gz"):
        (tmp_path / name.upper()).write_bytes((tmp_path / name).read_bytes())
    asked = BitextColumns(source="en", target="ca")
    read = [
        pl.concat(read_files([tmp_path / name], asked))
        for name in ("a.parquet", "a.jsonl", "a.tsv.gz", "A.PARQUET", "A.TSV.GZ")
    ]
    assert all(read[0].equals(other) for other in read[1:])
    assert set(read[0]["license"]) == {NOT_STATED} and read[0]["source"].to_list() == [*pairs["en"]]


def test_more_pairs_than_allowed_are_counted() -> None:
    pairs = frame([(f"a{n}", f"b{n}", "MIT") for n in range(50)])
    found = gather([pairs, pairs], SETTINGS.model_copy(update={"max_pairs": 40}))
    assert len(found.train) + len(found.held_out) == 40
    assert found.left_out == {"over max_pairs": 60}


def test_a_file_that_is_no_bitext_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("en\tca\na\tb\n")
    with pytest.raises(InputError, match=r"x.tsv has no column 'source'.*it has: en, ca"):
        list(read_files([path], BitextColumns()))
    with pytest.raises(InputError) as caught:
        list(read_files([tmp_path / "absent.tsv"], BitextColumns()))
    assert str(caught.value).count("absent.tsv") == 1
    with pytest.raises(InputError, match=r"cannot be read: it is no file$"):
        list(read_files([tmp_path], BitextColumns()))


def test_a_row_with_too_many_fields_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("source\ttarget\na\tb\n\nc\td\te\nf\tg\th\n")
    with pytest.raises(InputError, match=r"x.tsv .*: line 4 has 3 fields, and the header has 2$"):
        list(read_files([path], BitextColumns()))
