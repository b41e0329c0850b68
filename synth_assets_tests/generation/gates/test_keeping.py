"""Numbers, addresses, code: what is lost, and the source as its own text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.generation.gates.code import CodeKept
from synth_assets.generation.gates.gate import Generated
from synth_assets.generation.gates.markup import Markup
from synth_assets.generation.gates.numbers import NumbersKept
from synth_assets.generation.gates.repetition import Loop, Repetition
from synth_assets.generation.gates.urls import UrlsKept
from synth_assets_tests.generation.gates.texts import fault

STRICT = {"min_share": 1.0, "spare": 0}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("It cost 1,000.50 euros.", "Costava 1.000,50 euros."),
        ("It cost 1,000 euros.", "Il a coûté 1\u202f000 euros."),
        ("1,000 people", "1 000 persones"),
        ("1000 people", "1.000 persones"),
        ("In 1990 and 2004.", "۱۹۹۰ و ۲۰۰۴"),
        ("In 1990.", "१९९० में"),
        ("See 3,4 and 5.", "Vegeu 3, 4 i 5."),
        ("Press F11 and x86_64.", "Premeu la tecla."),
        ("1. Open it.\n2. Close it.", "Open it, then close it."),
        ("## 3. The end", "Das Ende"),
        ("Run `sleep 30` at https://a.org/2020/1.", "Run it."),
        ("```\nx = 42\n```", "Code."),
        ("No numbers", "Any 5"),
    ],
)
def test_numbers_that_are_kept_or_not_asked_for(source: str, text: str):
    assert fault(NumbersKept(**STRICT), text, source) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 2 3 4", None),
        ("1 2 3", None),  # two may always be lost
        ("1 2", "0.40, lost 3, 4, 5"),
        ("12345", "0.00, lost 1, 2, 3"),
    ],
)
def test_the_share_of_numbers_and_what_may_be_lost_at_any_rate(text: str, value: str | None):
    assert fault(NumbersKept(), text, "1 and 2 and 3 and 4 and 5") == value


def test_repeats_count_in_a_translation():
    source = "From 7 to 7 by 7."
    assert fault(NumbersKept(**STRICT), "Seven: 7", source) is None
    assert fault(NumbersKept(**STRICT, repeats=True), "Seven: 7", source) == "0.33, lost 7"
    assert fault(NumbersKept(**STRICT, repeats=True), "7 7 7", source) is None


def test_addresses_are_kept_to_the_letter():
    gate = UrlsKept(**STRICT)
    source = "See <https://a.org/x?y=1>, (www.b.net) and **https://c.de/d_e**."
    assert fault(gate, "https://a.org/x?y=1 www.b.net https://c.de/d_e!", source) is None
    lost = fault(gate, "https://a.org/x?y=2 www.b.net https://c.de/d_e", source)
    assert lost == "0.67, lost https://a.org/x?y=1"
    assert fault(gate, "nothing", "no address at all") is None


def test_code_is_kept_with_or_without_its_marks():
    gate = CodeKept(**STRICT)
    source = "Use `ls -l`:\n\n```sh\nls -l /tmp\n  echo done\n```\n"
    assert fault(gate, "Type ls -l, then:\n\n    ls -l /tmp\n    echo done\n", source) is None
    assert fault(gate, "Type ls -l, then ls -l /tmp.", source) == "0.50, lost ls-l/tmpechodone"
    assert fault(CodeKept(), "Nothing.", source) is None  # two may always be lost
    assert fault(gate, "Nothing.", "no code") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Run:\n\n```\nboil()\n", "an open code fence"),
        ("Run:\n\n```\nboil()\n```\n", None),
        ("~~~\n```\n~~~", None),
        ("````\n```\n````", None),
        ("See [the page](https://a.org/long", "an open link"),
        ("See [the page](https://a.org).", None),
        ("| a | b |\n|---|---|\n| 1 | 2 |", None),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n| 3", "a row of 1 cells under 2"),
        ("a | b\n--|--\n1 | 2 | 3", "a row of 3 cells under 2"),
        ("| a | b |\n|---|---|\n| 1 `x|y` | 2 \\| 3 |", None),
        ("| a | b |\n\ntext | with | bars", None),
        ("| a | b |\n|---|\n", "a row of 1 cells under 2"),
    ],
)
def test_markup(text: str, value: str | None):
    assert fault(Markup(), text) == value
    assert fault(Markup(), text, source=text) is None


PIECES = st.sampled_from(
    ["1,000", "3.14", "2 500", "7", "https://a.org/b_c?d=1", "www.x.net/1.", "`a b`", "``c`d``",
     "```\nx = 1\n```", "\n```py\n", "- item", "1. ", "| a | b |", "|---|---|", "१२", "字字",
     "word", "\n", "\n\n"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=25).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_the_source_as_its_own_text_loses_nothing(text: str):
    made = Generated(text, text)
    gates = (NumbersKept(**STRICT), NumbersKept(**STRICT, repeats=True), UrlsKept(**STRICT))
    others = (CodeKept(**STRICT), Markup(), Repetition(0.0, 0.0, 0.0), Loop())
    assert [gate(made) for gate in (*gates, *others)] == [None] * 7
