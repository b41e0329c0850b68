"""Words drawn again under an n-gram model: where, among which, and with what left alone."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.modeling.ngram import NgramModel
from synth_assets.modeling.resampling import resample
from synth_assets.modeling.scoring import score_tokens
from synth_assets.modeling.training import Training, train

NOUNS = ("cat", "dog", "bird", "horse", "boat", "house", "river", "garden")
VERBS = ("sees", "likes", "finds", "knows")
LINES = [f"the {one} {verb} the {other} ." for one in NOUNS for verb in VERBS for other in NOUNS]


@pytest.fixture(scope="module")
def model() -> NgramModel:
    asked = Training(3, (1, 1, 1), max_words=100)
    return train(lambda: iter([pl.Series(["\n".join(LINES)])]), asked)


def drawn(model: NgramModel, text: str, seed: int = 1, quantile: float = 0.5) -> dict[str, object]:
    return resample(model, text, quantile=quantile, sharpness=1.0, candidates=64, seed=seed)


TEXTS = st.lists(st.sampled_from([*LINES, "# the cat", "see the_cat and 12 Dogs!"]), min_size=1)


@settings(deadline=None)  # the first example compiles
@given(text=TEXTS.map("\n".join), seed=st.integers(0, 3), quantile=st.sampled_from([0.0, 0.5, 0.9]))
def test_edits_stand_at_probable_words_and_far_from_each_other(
    model: NgramModel, text: str, seed: int, quantile: float
):
    found = drawn(model, text, seed, quantile)
    assert found == drawn(model, text, seed, quantile)
    scored = score_tokens(model, text)
    token_of = {int(start): place for place, start in enumerate(scored.starts)}
    edits: list[tuple[int, int, str, str]] = found["edits"]  # type: ignore[assignment]
    places = [token_of[start] for start, *_ in edits]
    assert all(10 ** scored.scores[place] >= found["threshold"] * 0.999 for place in places)  # type: ignore[operator]
    assert all(later - earlier >= model.order for earlier, later in pairwise(places))
    for start, end, before, after in edits:
        assert text[start:end] == before != after
        assert before in [*NOUNS, *VERBS, "the"] and after in [*NOUNS, *VERBS, "the"]
    assert len(edits) <= found["eligible"] <= found["tokens"]  # type: ignore[operator]
    edited = text
    for start, end, _, after in reversed(edits):
        edited = edited[:start] + after + edited[end:]
    assert len(score_tokens(model, edited).words) == found["tokens"]


def test_a_new_word_fits_on_both_sides(model: NgramModel):
    kinds = dict.fromkeys(NOUNS, "noun") | dict.fromkeys(VERBS, "verb")
    changed = 0
    for seed in range(30):
        for _, _, before, after in drawn(model, LINES[seed], seed, 0.0)["edits"]:  # type: ignore[attr-defined]
            assert kinds[before] == kinds[after]
            changed += 1
    assert changed > 10


def test_names_numbers_code_and_headings_stay(model: NgramModel):
    text = (
        "# the cat sees the dog\n\n```\nthe cat sees the dog\n```\n    the cat sees the dog\n"
        "| the cat | sees |\nsee the_cat.sees/the-dog THE Cat the1 cat2\n"
    )
    for seed in range(20):
        found = drawn(model, text, seed, 0.0)
        assert found["edits"] == []
    assert found["eligible"] == 0 and found["threshold"] == 1.0


def test_a_text_without_known_words(model: NgramModel):
    assert drawn(model, "")["edits"] == []
    assert drawn(model, "völlig andere Wörter in dieser Zeile")["edits"] == []
