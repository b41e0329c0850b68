"""Gates that only translations are held to."""

from pathlib import Path

import pytest

from synth_assets.errors import InputError
from synth_assets.generation.gates.endings import CutShort, EndingsKept
from synth_assets.generation.gates.gate import Gate, Generated
from synth_assets.generation.gates.language import PartLanguage
from synth_assets.generation.gates.length import TranslatedLength
from synth_assets.generation.gates.numbers import NumbersChanged
from synth_assets.generation.gates.repetition import Doubled
from synth_assets.generation.gates.terms import TermsKept
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
        ("130 miles at 6 p.m.", "210 quilòmetres a les 18", None),
        ("In the 1960s, in '49", "Els anys seixanta, el 1949", None),
        ("At 21.30", "A les 21h30", None),
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


def test_a_number_lost_in_one_part_and_new_in_another_did_not_change() -> None:
    source, text = "It has 12 doors.", "Té 9 portes."
    apart = [(source, "Té dotze portes."), ("Nine rooms.", "9 cambres.")]
    gate = NumbersChanged()
    assert gate(Generated(source, text, parts=apart)) is None
    assert gate(Generated(source, text, parts=[*apart, (source, text)]))


PAIR = (ENGLISH.strip(), "El comitè es reuneix a la casa vella del riu cada dues setmanes del mes.")
GERMAN = "Der Ausschuss trifft sich jede zweite Woche im alten Haus am Fluss."


def judged(gate: Gate, *odd: tuple[str, str]) -> str | None:
    """What the gate says of nine right parts and others."""
    pairs = [PAIR] * 9 + list(odd)
    fault = gate(Generated("", "", "eng_Latn", "cat_Latn", parts=pairs))
    return fault.value if fault else None


@pytest.mark.parametrize(
    ("odd", "found"),
    [
        ((ENGLISH, GERMAN), f"deu_Latn in: {GERMAN}"),
        ((ENGLISH, ENGLISH), f"eng_Latn in: {ENGLISH[:80]}"),
        ((GERMAN, GERMAN), None),  # a quotation
        (("LibreOffice Writer", "LibreOffice Writer"), None),
        (("Paris Saint-Germain Olympique Lyonnais",) * 2, None),
    ],
)
def test_one_part_in_another_language(odd: tuple[str, str], found: str | None) -> None:
    assert judged(PartLanguage(), odd) == found


def test_one_part_that_is_cut_short() -> None:
    cut = (PAIR[0], "El comitè es reuneix a la")
    assert judged(CutShort(), cut) == "0.29 of the usual: El comitè es reuneix a la"
    assert judged(CutShort(), (PAIR[0], PAIR[1][:-1])) is None
    assert judged(CutShort(), *[cut] * 4) is None  # such is the style of the text


def test_terms_of_a_glossary(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("en\tca\nfile\tfitxer\nprint preview\tprevisualització\n")
    gate = TermsKept(glossary=str(path), min_share=0.6, spare=0)
    source = "Open the file, and then the print preview."
    assert value(gate, source, "Obriu el fitxer i la previsualització.") is None
    assert value(gate, source, "Obriu el fitxer i la vista.") == "0.50, lost previsualització"
    assert value(gate, "Nothing of it.", "Res.") is None
    before = gate.data_version
    path.write_text("en\tca\nfile\tfitxer\nFile\tarxiu\n")
    assert gate.data_version != before
    with pytest.raises(InputError, match="has the term 'File' twice"):
        value(gate, source, "Obriu-ho.")
