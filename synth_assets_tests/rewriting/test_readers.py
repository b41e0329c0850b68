"""Answers taken apart: pairs, lists, conversations; and what is none of them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.rewriting.pairs import LABELS, Pair, write_pairs
from synth_assets.rewriting.readers import read_items, read_pairs, read_turns

WORDS = st.lists(st.sampled_from(["why", "the", "river", "1,5", "a)", "`x_1`"]), min_size=1)
LINES = st.lists(WORDS.map(" ".join), min_size=1, max_size=3).map("\n".join)


@given(st.lists(st.builds(Pair, LINES, LINES), min_size=1), st.sampled_from([*LABELS, "kin_Latn"]))
def test_pairs_that_are_written_can_be_read(pairs: list[Pair], lang: str):
    assert read_pairs(write_pairs(pairs, lang)) == pairs


@pytest.mark.parametrize(
    "said",
    [
        "Q: Why?\nA: So.",
        "**Q:** Why?\n\n**A:** So.",
        "**Question 1: Why?**\nAnswer 1: So.",
        "- Question: Why?\n  Answer: So.",
        "### Frage: Why?\nantwort： So.",
    ],
)
def test_marks_of_many_kinds(said: str):
    assert read_pairs(said) == [Pair("Why?", "So.")]


def test_options_and_marks_in_an_answer_stay():
    said = "Q: Which one?\nA) this\nB) that\nA: `__init__`, which **is** B"
    assert read_pairs(said) == [Pair("Which one?\nA) this\nB) that", "`__init__`, which **is** B")]


def test_items_with_what_belongs_to_them():
    said = "- one\n  and more\n\n* two\n  - below two\n3. three"
    assert read_items(said) == ["one\n  and more", "two\n  - below two", "three"]


def test_turns():
    said = "**Ann:** Why?\n\n*Bea*: So.\nAnn: And then?\nwith a line more\nBea： Nothing."
    assert read_turns(said) == [
        ("Ann", "Why?"),
        ("Bea", "So."),
        ("Ann", "And then?"),
        ("Bea", "Nothing."),
    ]


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (read_pairs, ""),
        (read_pairs, "A river."),
        (read_pairs, "Q: Why?"),
        (read_pairs, "A: So."),
        (read_pairs, "Q: Why?\nA:"),
        (read_pairs, "Q: Why?\nQ: How?\nA: So."),
        (read_pairs, "Some questions.\nQ: Why?\nA: So."),
        (read_items, ""),
        (read_items, "A river."),
        (read_items, "The list is\n- one"),
        (read_items, "- one\nThat was it."),
        (read_turns, "Ann: Why?\nBea: So."),
        (read_turns, "Ann: a\nAnn: b\nAnn: c\nAnn: d"),
    ],
)
def test_what_cannot_be_read_says_what_was_wanted(read: Callable[[str], object], said: str):
    with pytest.raises(ValueError, match=r"begun by"):
        read(said)
