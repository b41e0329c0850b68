"""Words drawn again under an n-gram model: where, among which, and with what left alone."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.modeling.resampling import Editor, resample
from synth_assets.modeling.scoring import score_tokens
from synth_assets.modeling.training import Training, train

NOUNS = ("cat", "dog", "bird", "horse", "boat", "house", "river", "garden")
VERBS = ("sees", "likes", "finds", "knows")
LINES = [f"the {one} {verb} the {other} ." for one in NOUNS for verb in VERBS for other in NOUNS]


STAND_INS = {
    word: tuple(one for one in kind if one != word) for kind in (NOUNS, VERBS) for word in kind
} | {"the": ("sees", "unheard")}
"""All that fit, and two that do not: one fits nowhere that `the` stands, one was never seen."""


@pytest.fixture(scope="module")
def editor() -> Editor:
    asked = Training(3, (1, 1, 1), max_words=100)
    model = train(lambda: iter([pl.Series(["\n".join(LINES)])]), asked)
    return Editor.of(model, STAND_INS)


def drawn(editor: Editor, text: str, seed: int = 1, quantile: float = 0.5) -> dict[str, object]:
    return resample(editor, text, quantile=quantile, sharpness=1.0, seed=seed)


TEXTS = st.lists(st.sampled_from([*LINES, "# the cat", "see the_cat and 12 Dogs!"]), min_size=1)


@settings(deadline=None)  # the first example compiles
@given(text=TEXTS.map("\n".join), seed=st.integers(0, 3), quantile=st.sampled_from([0.0, 0.5, 0.9]))
def test_edits_stand_at_probable_words_and_far_from_each_other(
    editor: Editor, text: str, seed: int, quantile: float
):
    found = drawn(editor, text, seed, quantile)
    assert found == drawn(editor, text, seed, quantile)
    scored = score_tokens(editor.model, text)
    token_of = {int(start): place for place, start in enumerate(scored.starts)}
    edits: list[tuple[int, int, str, str]] = found["edits"]  # type: ignore[assignment]
    places = [token_of[start] for start, *_ in edits]
    assert all(10 ** scored.scores[place] >= found["threshold"] * 0.999 for place in places)  # type: ignore[operator]
    assert all(later - earlier >= editor.model.order for earlier, later in pairwise(places))
    for start, end, before, after in edits:
        assert text[start:end] == before != after
        assert after in STAND_INS[before] and before != "the"
    assert len(edits) <= found["eligible"] <= found["tokens"]  # type: ignore[operator]
    edited = text
    for start, end, _, after in reversed(edits):
        edited = edited[:start] + after + edited[end:]
    assert len(score_tokens(editor.model, edited).words) == found["tokens"]


def test_a_new_word_was_seen_between_its_neighbours(editor: Editor):
    changed = sum(len(drawn(editor, LINES[seed], seed, 0.0)["edits"]) for seed in range(30))  # type: ignore[arg-type]
    assert changed > 10
    only = Editor.of(editor.model, {"the": ("sees", "unheard"), "cat": ("sees",)})
    for seed in range(10):
        assert drawn(only, LINES[seed], seed, 0.0)["eligible"] == 0


def test_names_numbers_code_and_headings_stay(editor: Editor):
    text = (
        "# the cat sees the dog\n\n```\nthe cat sees the dog\n```\n    the cat sees the dog\n"
        "| the cat | sees |\nsee the_cat.sees/the-dog THE Cat the1 cat2\n"
    )
    for seed in range(20):
        found = drawn(editor, text, seed, 0.0)
        assert found["edits"] == []
    assert found["eligible"] == 0 and found["threshold"] == 1.0


def test_a_text_without_known_words(editor: Editor):
    assert drawn(editor, "")["edits"] == []
    assert drawn(editor, "völlig andere Wörter in dieser Zeile")["edits"] == []
