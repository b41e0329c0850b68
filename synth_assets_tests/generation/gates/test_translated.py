"""Gates that only translations are held to."""

import pytest

from synth_assets.generation.gates.endings import EndingsKept
from synth_assets.generation.gates.gate import Gate, Generated
from synth_assets.generation.gates.length import TranslatedLength
from synth_assets.generation.gates.numbers import NumbersChanged
from synth_assets.generation.gates.repetition import Doubled
from synth_assets.generation.gates.usual_length import usual_lengths, usual_share

ENGLISH = "The committee meets in the old house by the river every second week of the month. "


def value(gate: Gate, source: str, text: str, target: str = "cat_Latn", n: int = 1) -> str | None:
    made = Generated(source, text, "eng_Latn", target, parts=[(source, text)] * n)
    fault = gate(made)
    return fault.value if fault else None


def test_lengths_follow_the_languages() -> None:
    source = ENGLISH * 5
    assert usual_lengths()["eng_Latn"] == 1
    assert value(TranslatedLength(), source, "\u6f22" * 110, "zho_Hans") is None
    assert value(TranslatedLength(), source, "\u6f22" * 55, "zho_Hans") == "0.50 of the usual"
    assert value(TranslatedLength(), source, "a" * 210) == "0.48 of the usual"
    assert value(TranslatedLength(), source, "a" * 210, "xyz_Latn") is None
    assert value(TranslatedLength(), source, "a" * 170, "xyz_Latn") == "0.41 of the usual"
    assert value(TranslatedLength(), ENGLISH, "", "cat_Latn") is None  # too short to say
    assert usual_share("Two words", "Dos mots", "eng_Latn", "xyz_Latn") is None


def test_names_in_a_dense_script_are_as_long_as_anywhere() -> None:
    assert usual_share("PayPal", "PayPal", "eng_Latn", "zho_Hans") == 1.0


@pytest.mark.parametrize(
    ("text", "n", "found"),
    [
        ("El comit\u00e8 es reuneix.", 4, None),
        ("El comit\u00e8 es", 4, "1.00 without an end mark"),
        ("El comit\u00e8 es", 3, None),
        ("\u59d4\u5458\u4f1a\u3002\u201d", 4, None),
    ],
)
def test_an_end_mark_is_kept(text: str, n: int, found: str | None) -> None:
    assert value(EndingsKept(), "The committee meets.", text, n=n) == found


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("On 26.12.2021 at 1,500 m", "El 26 de 12 de 2021 a 1.500 m", None),
        ("2.5 million and 6.9 billion", "250\u4e07 69\u4ebf", None),
        ("About 20 people", "\u7d0420\u4eba", None),
        ("It has 12 doors", "T\u00e9 dotze portes", None),
        ("It has 12 doors", "T\u00e9 13 portes", "1.00: 13 for 12"),
        ("1, 2, 3 and 4 of 5", "1, 2, 3 i 4 de 6", None),
        ("N200,000 of X1", "N300,000 de X2", None),
    ],
)
def test_numbers_that_became_others(source: str, text: str, found: str | None) -> None:
    assert value(NumbersChanged(), source, text) == found


def test_years_of_another_calendar_are_no_other_numbers() -> None:
    assert value(NumbersChanged(), "In 2014", "2006", "amh_Ethi") is None


def test_a_text_that_is_said_twice() -> None:
    assert value(Doubled(), "Open the file.", "Obriu el fitxer. Obriu el fitxer.")
    assert value(Doubled(), "bla bla bla bla bla bla", "bla bla bla bla bla bla") is None
    assert value(Doubled(), "Bye!", "Adeu, adeu!") is None
