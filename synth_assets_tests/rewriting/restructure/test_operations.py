"""The four restructurings: exact texts for small pages, and what holds for every page."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.generation.engines.rules import NoStructureError
from synth_assets.generation.gates.fences import split_fences
from synth_assets.rewriting.restructure import operations
from synth_assets.rewriting.restructure.frames import frames_of, known_languages
from synth_assets_tests.rewriting.pages import CATALAN, EDITOR, FUNCTION, LETTER, PROSE

NAMES = ("faq", "tutorial", "table", "encyclopedic")


def apply(name: str, text: str, title: str | None = None, lang: str = "eng_Latn") -> str:
    return operations()[name].restructure(text, title, lang)


def test_faq():
    assert apply("faq", EDITOR) == (
        "# Contour Editor: frequently asked questions\n\n"
        "## What does “Contour Editor” do?\n\n"
        "Changes the contour of the selected object. The contour is used when text wraps around "
        "it.\n\n"
        "## How do you access this command?\n\n"
        "Choose Format - Wrap - Edit Contour.\n\n"
        "## What does “Apply” do?\n\n"
        "Applies the contour to the selected object.\n\n"
        "## How do you use “File name”?\n\n"
        "Enter a file name or a path for the file.\n\n"
        "You can also paste one.\n\n"
        "## What is the Tolerance?\n\n"
        "The Tolerance is a percentage. It says how far colors may differ."
    )


def test_faq_of_a_function_keeps_its_code():
    text = apply("faq", FUNCTION)
    assert "## What is the syntax of “Len Function”?\n\n```\nLen (Text As String)\n```" in text
    assert "## What does “Len Function” return?\n\nLong" in text
    assert '    sText = "Las Vegas"\n' in text


def test_table():
    assert apply("table", EDITOR) == (
        "# Contour Editor\n\n"
        "Changes the contour of the selected object. The contour is used when text wraps around "
        "it.\n\n"
        "| Term | Description |\n"
        "| --- | --- |\n"
        "| Apply | Applies the contour to the selected object. |\n"
        "| File name | Enter a file name or a path for the file. You can also paste one. |\n"
        "| Tolerance | The Tolerance is a percentage. It says how far colors may differ. |"
    )


def test_table_takes_definitions_and_escapes_bars():
    text = "# Flags\n\n- all: Takes every file.\n- one|two: Takes some files.\n- none: None.\n"
    assert apply("table", text).splitlines()[-3:] == [
        "| all | Takes every file. |",
        r"| one\|two | Takes some files. |",
        "| none | None. |",
    ]


def test_tutorial_of_ordered_lists():
    assert apply("tutorial", LETTER) == (
        "# Creating a Form Letter\n\n"
        "**Goal:** A form letter goes to many people.\n\n"
        "**Before you start:** You need an address database before you start.\n\n"
        "## To create a form letter\n\n"
        "1. Choose Tools - Mail Merge Wizard. You see the Mail Merge Wizard dialog.\n"
        "2. Select Letter and click Next.\n"
        "3. Run the program:\n\n   ```\n   merge --all\n   ```\n"
        "4. Click Finish to merge the letters."
    )


def test_encyclopedic():
    assert apply("encyclopedic", EDITOR) == (
        "# Contour Editor\n\n"
        "**Contour Editor** changes the contour of the selected object. The contour is used when "
        "text wraps around it.\n\n"
        "**To access this command:** Choose Format - Wrap - Edit Contour.\n\n"
        "**Apply** applies the contour to the selected object.\n\n"
        "**File name.** Enter a file name or a path for the file. You can also paste one.\n\n"
        "**Tolerance.** The Tolerance is a percentage. It says how far colors may differ."
    )


def test_lists_are_folded_into_prose():
    text = "# Paint\n\nIt is sold in cans. It comes in colors:\n\n- red\n- blue\n\nIt dries fast.\n"
    article = apply("encyclopedic", text)
    assert "It is sold in cans. It comes in colors: red; blue.\n\nIt dries fast." in article


def test_frame_words_are_in_the_document_s_language():
    faq = apply("faq", CATALAN, lang="cat_Latn")
    assert "# Desa com a: preguntes freqüents" in faq
    assert "## Què fa «Desa com a»?" in faq
    assert "## Com es pot crear una carta?" in faq
    assert "## Com s'utilitza «Nom del fitxer»?" in faq
    assert "| Terme | Descripció |" in apply("table", CATALAN, lang="cat_Latn")
    assert "**Objectiu:**" in apply("tutorial", CATALAN, lang="cat_Latn")


@pytest.mark.parametrize("name", NAMES)
def test_running_prose_has_no_structure(name: str):
    with pytest.raises(NoStructureError, match="this text has"):
        apply(name, PROSE)


@pytest.mark.parametrize("lang", sorted(known_languages()))
def test_every_language_asks_something_about_every_heading(lang: str):
    frames = frames_of(lang)
    for heading in ("Alpha", "Syntax", "Alpha?"):
        asked = frames.question(
            heading, "Zzz alpha.", name=heading, title=None, steps=False, turn=3
        )
        assert heading.rstrip("?") in asked and asked.endswith("?")


# Words are letters and digits that no frame contains, so that each can be traced to its sentence.
WORDS = st.from_regex(r"[a-z]{2,6}[0-9]{3}", fullmatch=True)
SENTENCES = st.lists(WORDS, min_size=3, max_size=8).map(lambda w: f"Xq{' '.join(w)}.")
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=3).map(" ".join)
HEADINGS = st.lists(WORDS, min_size=1, max_size=4).map(lambda w: "## Yq" + " ".join(w))
LISTS = st.tuples(st.booleans(), st.lists(PARAGRAPHS, min_size=1, max_size=4)).map(
    lambda it: "\n".join(f"{i}. {e}" if it[0] else f"- {e}" for i, e in enumerate(it[1], 1))
)
CODE = st.lists(st.sampled_from(["a = f(1)", "```", "    b", ""]), max_size=4).map(
    lambda lines: "\n".join(["~~~~", *lines, "~~~~"])
)
PAGES = st.lists(st.one_of(PARAGRAPHS, HEADINGS, LISTS, CODE), min_size=1, max_size=14)


@settings(max_examples=100, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    lang=st.sampled_from(sorted(known_languages())),
    title=st.none() | WORDS.map("Yq{}".format),
    blocks=PAGES,
)
def test_every_text_is_whole_sentences_of_its_page(
    name: str, lang: str, title: str | None, blocks: list[str]
):
    text = "\n\n".join(blocks)
    try:
        made = apply(name, text, title, lang)
    except NoStructureError:
        return
    assert made.strip()
    assert made == apply(name, text, title, lang)
    assert split_fences(made).left_open == ""
    source = re.findall(r"Xq[^.\n]*\.", text)
    flat = " ".join(made.split())
    traced = set(re.findall(r"[a-z]{2,6}[0-9]{3}", flat))
    known = set(re.findall(r"[a-z]{2,6}[0-9]{3}", f"{text} {title}"))
    assert traced <= known
    for sentence in re.findall(r"(?i:xq)[^.\n|?*#»”“:]*\.", made):
        assert sentence.casefold() in {one.casefold() for one in source}


MARKS = st.text(alphabet="Abc. :\n#-*|1)`~\t?=\\", max_size=300)


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(NAMES), text=st.text(max_size=300) | MARKS)
def test_any_text_at_all_is_restructured_or_refused(name: str, text: str):
    try:
        assert apply(name, text, None).strip()
    except NoStructureError as error:
        assert "\n" not in str(error)
