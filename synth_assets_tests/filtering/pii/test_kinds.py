import re
from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.filtering.pii.kinds import KINDS
from synth_assets.filtering.pii.spans import Kind, find_spans, replace
from synth_assets_tests.filtering.pii.cases import Case, near_misses, positives

NAMES = [kind.name for kind in KINDS]
PLACEHOLDERS = {name: f"<{name.upper()}>" for name in NAMES}


def found(case: Case) -> list[tuple[str, str]]:
    spans = find_spans(case.text, case.lang, KINDS)
    return [(span.kind, case.text[span.start : span.end]) for span in spans]


def test_the_set_is_large_enough() -> None:
    for cases in (positives(), near_misses()):
        assert len({case.text for case in cases}) >= 300
        assert min(Counter(case.kind for case in cases).values()) >= 30


@pytest.mark.parametrize("kind", NAMES)
def test_recall_and_precision(kind: str) -> None:
    """A positive counts when its very characters are found; whatever else is found, in whichever
    text, is a false positive of the kind that it was taken for."""
    cases = [*positives(), *near_misses()]
    missed = [
        one
        for one in cases
        if one.value and one.kind == kind and (kind, one.value) not in found(one)
    ]
    wrong = [
        (case.text, value)
        for case in cases
        for name, value in found(case)
        if name == kind and (case.kind, case.value) != (kind, value)
    ]
    hits = sum(1 for case in cases if case.value and case.kind == kind) - len(missed)
    recall, precision = hits / (hits + len(missed)), hits / (hits + len(wrong))
    assert recall >= 0.99, missed
    assert precision >= 0.99, wrong


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_the_hint_passes_every_text_in_which_something_is_found(kind: Kind) -> None:
    texts = [
        (case.text, case.lang)
        for case in [*positives(), *near_misses()]
        if any(kind.find(case.text, case.lang))
    ]
    hinted = pl.Series([text for text, _ in texts]).str.contains(kind.hint)
    assert texts
    assert [text for (text, _), passed in zip(texts, hinted, strict=True) if not passed] == []


PIECES = [case.value for case in positives() if case.value] + ["\n", " ", ", ", "x", "12", "-", "."]


@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_spans_are_in_order_and_apart_and_the_rest_is_kept(pieces: list[str]) -> None:
    text = "".join(pieces)
    spans = find_spans(text, "eng_Latn", KINDS)
    ends = [0, *(bound for span in spans for bound in (span.start, span.end)), len(text)]
    assert ends == sorted(ends)
    assert all(span.start < span.end for span in spans)
    masked = replace(text, spans, PLACEHOLDERS)
    for span in reversed(spans):
        assert masked.count(PLACEHOLDERS[span.kind]) == sum(one.kind == span.kind for one in spans)
    rest = [text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)]
    assert "".join(rest) == re.sub("|".join(PLACEHOLDERS.values()), "", masked)


@pytest.mark.parametrize("case", positives()[::7], ids=lambda case: case.text)
def test_a_masked_text_holds_nothing_more(case: Case) -> None:
    spans = find_spans(case.text, case.lang, KINDS)
    masked = replace(case.text, spans, PLACEHOLDERS)
    assert case.value not in masked
    assert find_spans(masked, case.lang, KINDS) == []


@pytest.mark.parametrize(
    "text", ["@" * 20_000, "1" * 50_000, "1.1." * 20_000, "+1 " * 20_000, "a" * 90_000 + "@"]
)
def test_hostile_texts_take_no_time(text: str) -> None:
    assert find_spans(text, "eng_Latn", KINDS) == []
