"""Mistakes: reversible, seeded, as many as their rates say, and never two in one word."""

from collections import Counter
from itertools import pairwise
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.errors import SynthAssetsError
from synth_assets.rewriting.edits import apply_edits, undoing
from synth_assets.rewriting.grammar.noise import (
    RATE,
    RULES,
    default_options,
    draw,
    make_errors,
    prose_lines,
)
from synth_assets_tests.rewriting.pages import CATALAN, EDITOR, LETTER, PROSE

LANGUAGES = sorted(RULES)

WORDS = (  # noqa: SIM905  a table of words is read more easily as text
    "the a an is are has it opens these files in on by using their then its automatically a lot "
    "necessary also can be, However, if you don't open The l'arxiu d'aquest del al per a la el que "
    "fer-ho ha de perquè contrasenya cel·la possible canviar els fitxers és només està, que botó"
).split()
LINES = st.lists(st.sampled_from(WORDS), min_size=8, max_size=25).map(lambda w: " ".join(w) + ".")
TEXTS = st.lists(LINES, min_size=1, max_size=4).map("\n\n".join)


def options(seed: int = 1, **changes: float) -> dict[str, float]:
    return {**default_options(), "seed": seed, **changes}


def only(name: str, rate: float = 1.0) -> dict[str, float]:
    """One rule alone, in the languages that have it."""
    silent = dict.fromkeys(default_options(), 0.0)
    named = {key: rate for key in silent if key[4:] == name}
    assert named
    return {**silent, RATE: 1.0, **named, "seed": 1}


@pytest.mark.parametrize("lang", LANGUAGES)
@settings(max_examples=20)
@given(text=TEXTS, seed=st.integers(0, 9), rate=st.sampled_from([0.5, 2.0, 50.0]))
def test_they_lead_back_and_no_word_has_two(lang: str, text: str, seed: int, rate: float):
    edits = make_errors(text, lang, options(seed, rate=rate))
    spoilt = apply_edits(text, edits)
    assert apply_edits(spoilt, undoing(edits)) == text
    for one, other in pairwise(edits):
        between = text[one.end : other.start]
        assert any(map(str.isspace, between)), "a blank stands between two"
    assert make_errors(text, lang, options(seed, rate=rate)) == edits


CASES = {
    "missing_article": ("You open the door of an old house before it rains.", "You open door"),
    "wrong_article": ("This is a page about something that nobody has seen.", "is an page"),
    "agreement": ("The files of a folder are kept for seven days.", "is kept"),
    "third_person": ("This is a command that opens every file of the folder.", "that open every"),
    "verb_form": ("You make a table by using the menu of this window.", "by use the"),
    "preposition": ("Somebody writes letters about nothing in particular here.", "on particular"),
    "infinitive": ("If you want to open a window then click it.", "to opening a"),
    "confused_words": ("This door is higher than all of the other doors.", "higher then"),
    "adverb": ("The window is closed automatically when you press the key.", "closed automatic"),
    "joined_words": ("There is a lot of water in the rivers of spring.", "alot of"),
    "missing_comma": ("If you want a table, you can choose one from here.", "table you"),
    "apostrophe": ("The program doesn't open files that are larger than this.", "doesnt open"),
    "word_order": ("The window can also be opened by a key of yours.", "also can"),
    "elision": ("Obriu l'arxiu que hi ha dins de la carpeta del projecte.", "el arxiu"),
    "contraction": ("Aquesta és la llista del projecte que vam començar ahir.", "de el projecte"),
    "per_a": ("Aquesta ordre serveix per a la còpia de tots els fitxers.", "per la"),
    "hyphen": ("Cal tancar la finestra i tornar-la a obrir una altra vegada.", "tornar la"),
    "duty": ("Per desar el fitxer heu de triar una carpeta del disc.", "teniu que"),
    "ny": ("Escriviu la contrasenya que us han enviat per correu ahir.", "contraseña"),
    "double_l": ("Feu clic dins de la cel·la que voleu canviar de color.", "la cela"),
    "single_s": ("Això no és possible si no teniu permisos de lectura aquí.", "posible"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_rule_makes_its_mistake(name: str):
    text, expected = CASES[name]
    spoilt = [apply_edits(text, make_errors(text, lang, only(name))) for lang in LANGUAGES]
    assert any(expected in one for one in spoilt)


def test_marks_are_left_out_or_turned():
    text = "Això és només una còpia, però també és la més llarga de totes."
    spoilt = apply_edits(text, make_errors(text, "cat_Latn", only("missing_mark")))
    assert spoilt == "Aixo es nomes una copia, pero tambe es la mes llarga de totes."
    turned = apply_edits(text, make_errors(text, "cat_Latn", only("wrong_mark")))
    assert turned.startswith("Aixó ès nomès una cópia, peró")


def test_singular_after_a_plural_word():
    text = "These boxes and those companies have three series of many glass windows there."
    spoilt = apply_edits(text, make_errors(text, "eng_Latn", only("noun_number")))
    assert spoilt.startswith("These box and those company have three series of many glass")


def test_counts_are_what_the_rates_say():
    """Within four standard deviations of a binomial; lines differ, or they get the same."""
    lines = [f"Row {n} of the table is in a file." for n in range(800)]
    for name, per_line, rate in (("missing_article", 2, 0.08), ("agreement", 1, 0.3)):
        edits = make_errors("\n".join(lines), "eng_Latn", only(name, rate))
        places = per_line * len(lines)
        assert abs(len(edits) - rate * places) < 4 * sqrt(places * rate * (1 - rate))


def test_types_are_many_and_the_rate_multiplies():
    page = "\n\n".join([EDITOR, LETTER, PROSE] * 5)
    usual = make_errors(page, "eng_Latn", options())
    more = make_errors(page, "eng_Latn", options(rate=4.0))
    assert len(more) > 2 * len(usual) > 0
    assert len(Counter(edit.type for edit in more)) >= 6
    assert make_errors(page, "eng_Latn", options(rate=0.0)) == []


def test_only_prose_is_spoilt():
    page = (
        "# The heading of a page that has many words in it.\n"
        "Choose File\n"
        "```\nthe code that is in a fence of a page stays as it is.\n```\n"
        "| the row | of a table | that is in it | stays as it is. |\n"
        "    the code that is indented by a few blanks stays as it is.\n"
        "See the page https://example.org/the/page of the people who made a tool for it.\n"
    )
    assert [line for _, line in prose_lines(page)] == [page.splitlines(keepends=True)[-1]]
    for seed in range(20):
        spoilt = apply_edits(page, make_errors(page, "eng_Latn", options(seed, rate=50.0)))
        assert "https://example.org/the/page" in spoilt
        assert spoilt.startswith(page[: page.index("See")])


def test_the_same_line_gets_the_same_mistakes_wherever_it_stands():
    line = "The people of the town are in a hurry because it is late."
    one = make_errors(line, "eng_Latn", options(rate=5.0))
    other = make_errors(f"Another line of no interest.\n{line}", "eng_Latn", options(rate=5.0))
    assert [edit[2:] for edit in one] == [edit[2:] for edit in other]
    assert one != make_errors(line, "eng_Latn", options(2, rate=5.0))


def test_a_text_without_a_place_is_told():
    with pytest.raises(SynthAssetsError, match="no sentence"):
        draw("# Title\n\nClick OK.", "eng_Latn", options())
    assert draw(CATALAN * 3 + "Això és una frase llarga que té alguns accents, però pocs.\n",
                "cat_Latn", options(rate=9.0)).startswith("[[")  # fmt: skip
