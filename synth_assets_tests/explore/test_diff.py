"""Differences: nothing is lost, words are the unit, long stretches are folded."""

import hypothesis.strategies as st
from hypothesis import given

from synth_assets.explore.diff import compare
from synth_assets.explore.web.beside import beside, changes

TEXTS = st.lists(
    st.sampled_from(["sea ", "kale", "\n", "the ", "wind. ", "庭", "é"]), max_size=40
).map("".join)


@given(TEXTS, TEXTS)
def test_the_pieces_make_up_both_texts(before: str, after: str) -> None:
    pieces = compare(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after
    shown = changes(before, after)
    assert "".join(piece.text for piece in shown if piece.kind != "new") == before


def test_a_changed_word_is_one_piece_and_the_rest_is_folded() -> None:
    rest = " ".join(f"word{n}" for n in range(300))
    shown = changes(f"Write to rosa.\n{rest}", f"Write to NAME.\n{rest}")
    assert [(one.kind, one.text) for one in shown[1:3]] == [("gone", "rosa"), ("new", "NAME")]
    assert [one.folded for one in shown if one.folded] == [261]


def test_long_texts_without_a_common_word_are_replaced_whole() -> None:
    before, after = ("\n".join(f"{side}{n}" for n in range(9_000)) for side in "ab")
    assert [piece.kind for piece in compare(before, after)] == ["gone", "new"]


def test_paragraphs_stand_beside_each_other_where_both_have_as_many() -> None:
    assert beside("a\n\nb", "c\n \nd") == [("a", "c"), ("b", "d")]
    assert beside("a\n\nb", "c") == [("a\n\nb", "c")]
