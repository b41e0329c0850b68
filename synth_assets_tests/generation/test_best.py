"""The best share of a batch: by score, then by id, and everything else dropped with its score."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.corpus.document import Document
from synth_assets.generation.best import NOT_BEST, BestShare
from synth_assets.generation.passes import Case
from synth_assets.generation.work import Drop, Made
from synth_assets_tests.corpora import document


def length(documents: list[Document]) -> list[float]:
    return [len(one.text) / 10 for one in documents]


def case(number: int, text: str | None) -> Case:
    """A parent with a child of this text, or with none."""
    parent = document(number, "parent")
    if text is None:
        return Case(parent, number, outcome=Drop("refusal"))
    child = parent.child(text, row_version="1", generation_keys=[str(number)])
    return Case(parent, number, outcome=Made([child], [{"relation": "adds"}]))


TEXTS = st.lists(st.none() | st.text("x", max_size=5), max_size=20)


@given(texts=TEXTS, share=st.floats(0.01, 1.0), window=st.integers(1, 7))
def test_no_text_that_is_left_out_is_better(texts: list[str | None], share: float, window: int):
    def windows() -> list[list[Case]]:
        cases = [case(n, text) for n, text in enumerate(texts)]
        return [cases[at : at + window] for at in range(0, len(cases), window)]

    judge = BestShare(length, share).judge_by(iter(windows()))
    judged = [one for cases in windows() for one in judge(cases)]
    kept = [one for one in judged if isinstance(one.outcome, Made)]
    left = [one for one in judged if getattr(one.outcome, "reason", "") == NOT_BEST]
    made = sum(text is not None for text in texts)
    assert len(kept) == ceil(share * made) and len(kept) + len(left) == made
    worst = min((length(list(one.outcome.documents))[0] for one in kept), default=0.0)  # type: ignore[union-attr]
    assert all(float(one.outcome.value) <= worst for one in left)  # type: ignore[union-attr]


def test_equal_scores_go_by_id_and_scores_are_noted():
    cases = [case(n, "same") for n in range(5)]
    ids = sorted(one.outcome.documents[0].doc_id for one in cases)  # type: ignore[union-attr]
    best = BestShare(length, 0.4, ("quality", "parent_quality"))
    judged = best.judge_by(iter([cases]))([case(n, "same") for n in range(5)])
    kept = [one.outcome for one in judged if isinstance(one.outcome, Made)]
    assert (
        [made.documents[0].doc_id for made in kept]
        == [
            one.outcome.documents[0].doc_id  # type: ignore[union-attr]
            for one in cases
            if one.outcome.documents[0].doc_id in ids[:2]  # type: ignore[union-attr]
        ]
    )
    assert [made.extra for made in kept] == 2 * [
        [{"relation": "adds", "quality": pytest.approx(0.4), "parent_quality": pytest.approx(0.6)}]
    ]
    dropped = next(one.outcome for one in judged if isinstance(one.outcome, Drop))
    assert (dropped.reason, dropped.value, dropped.limit) == (NOT_BEST, "0.4000", "the best 2 of 5")
