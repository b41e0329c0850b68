"""Shares of a text that are in one language, and the attribute that holds them."""

import polars as pl
import pytest

from synth_assets.filtering.language_attribute import COLUMNS, measure
from synth_assets.filtering.language_neighbours import is_alike
from synth_assets.filtering.language_share import language_share
from synth_assets_tests.generation.gates.texts import PARAGRAPHS

CATALAN, GERMAN = (PARAGRAPHS[lang] for lang in ("cat_Latn", "deu_Latn"))


def test_columns_of_documents() -> None:
    texts = [CATALAN, f"{CATALAN}\n\n" * 3 + GERMAN, "OK", None, PARAGRAPHS["hau_Latn"]]
    found = measure(pl.DataFrame({"text": texts}))
    assert found.schema == COLUMNS
    assert found["lang"].to_list() == ["cat_Latn", "cat_Latn", "und", "und", "hau_Latn"]
    whole, mixed, *none, hausa = found["lang_share"].to_list()
    assert whole == hausa == 1
    assert 0.4 < mixed < 1
    assert none == [None, None]


def test_a_hint_that_no_model_knows_is_not_measured() -> None:
    documents = pl.DataFrame({"text": [CATALAN], "lang_hint": ["nus_Latn"]})
    assert measure(documents).row(0) == ("nus_Latn", None, None)


def test_at_most_so_many_pieces_of_the_whole_text_are_looked_at() -> None:
    lines = [CATALAN] * 40 + [GERMAN] * 40
    every = language_share(lines, "cat_Latn")
    few = language_share(lines, "cat_Latn", most_pieces=4)
    assert every[1] == pytest.approx(0.5, abs=0.1)
    assert few[1] == pytest.approx(0.5, abs=0.15)
    assert few[0] <= every[0] / 10
    assert every[2] == few[2] == "deu_Latn"


@pytest.mark.parametrize(
    ("found", "lang", "alike"),
    [
        ("hrv_Latn", "srp_Latn", True),
        ("kin_Latn", "run_Latn", True),
        ("srp_Cyrl", "srp_Latn", False),
        ("zho_Hans", "yue_Hant", True),
        ("cat_Latn", "spa_Latn", False),
    ],
)
def test_who_counts_for_whom(found: str, lang: str, alike: bool) -> None:
    assert is_alike(found, lang) is alike
    assert is_alike(lang, found) is alike
