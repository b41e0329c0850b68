"""Edits as a log: applied they give the child, undone they give the parent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.rewriting.edits import Edit, apply_edits, dump_edits, read_edits, undoing

TEXT = st.text(alphabet="aé 𝄞\n", max_size=40)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(TEXT)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    edits = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        after = draw(TEXT)
        if after != text[start:end]:
            edits.append(Edit(start, end, "R", text[start:end], after))
    return text, edits


@given(edited())
def test_undone_they_give_the_parent(made: tuple[str, list[Edit]]):
    text, edits = made
    child = apply_edits(text, edits)
    back = undoing(edits)
    assert apply_edits(child, back) == text
    assert undoing(back) == edits


@given(edited())
def test_they_are_kept_as_json(made: tuple[str, list[Edit]]):
    _, edits = made
    assert read_edits(dump_edits(edits)) == tuple(edits)


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 1, "R", "b", "c")],
        [Edit(0, 2, "R", "ab", "x"), Edit(1, 2, "R", "b", "y")],
        [Edit(0, 1, "R", "a", "a")],
        [Edit(3, 4, "R", "d", "e")],
    ],
)
def test_what_does_not_fit_is_refused(edits: list[Edit]):
    with pytest.raises(ValueError, match=r"does not fit the text|is none"):
        apply_edits("abc", edits)


@pytest.mark.parametrize("answer", ["", "{}x", '[["a", 1, "R", "b", "c"]]', "[[0, 1]]", "7"])
def test_an_answer_that_is_no_list_of_edits(answer: str):
    with pytest.raises(ValueError, match="list of edits"):
        read_edits(answer)
