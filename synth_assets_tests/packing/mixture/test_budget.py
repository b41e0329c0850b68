"""Tokens by phase and cell: what is declared comes out, or a sentence says what is lacking."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from synth_assets.errors import ReleaseError
from synth_assets.packing.mixture.budget import Budget, Cell, plan_budget
from synth_assets.packing.mixture.controls import control_budget
from synth_assets.profile.release import ReleaseProfile


def release(**settings: object) -> ReleaseProfile:
    return ReleaseProfile.model_validate(settings)


def cell(component: str, tokens: int, lang: str = "eng_Latn", *, synthetic: bool = False) -> Cell:
    return Cell(component, lang, synthetic, max(1, tokens // 100), tokens)


def by_component(budget: Budget) -> dict[str, int]:
    names = dict.fromkeys(item.component for item in budget.cells)
    return {name: int(budget.of_component(name).sum()) for name in names}


def epochs(budget: Budget) -> list[float]:
    totals = budget.targets.sum(axis=0)
    return [total / item.tokens for total, item in zip(totals, budget.cells, strict=True)]


TWO = [cell("web", 900_000), cell("faq", 100_000, synthetic=True)]


def test_declared_weights_and_tokens_come_out() -> None:
    made = plan_budget(
        "r",
        release(components={"web": {"weight": 0.8}, "faq": {"weight": 0.2}}, tokens=200_000),
        TWO,
    )
    assert by_component(made) == {"web": 160_000, "faq": 40_000}


def test_without_tokens_the_scarcest_component_sets_the_size() -> None:
    made = plan_budget(
        "r",
        release(components={"web": {"weight": 0.5}, "faq": {"weight": 0.5, "max_epochs": 3}}),
        TWO,
    )
    assert by_component(made) == {"web": 300_000, "faq": 300_000}
    assert epochs(made) == [pytest.approx(1 / 3), 3.0]


def test_without_weights_all_that_epochs_allow_is_taken() -> None:
    made = plan_budget("r", release(components={"web": {}, "faq": {"max_epochs": 2}}), TWO)
    assert by_component(made) == {"web": 900_000, "faq": 200_000}


def test_a_component_that_lacks_tokens_is_named_with_how_many() -> None:
    declared = release(components={"web": {"weight": 0.5}, "faq": {"weight": 0.5}}, tokens=300_000)
    sentence = (
        "release r: component faq lacks 50,000 tokens \\(150,000 are declared, its 1,000 documents "
        "hold 100,000 and max_epochs is 1\\)"
    )
    with pytest.raises(ReleaseError, match=sentence):
        plan_budget("r", declared, TWO)


def test_a_component_that_matches_nothing_is_named() -> None:
    with pytest.raises(ReleaseError, match="component faq matches no document"):
        plan_budget("r", release(components={"web": {}, "faq": {}}), TWO[:1])


def test_phases_have_their_shares_and_weights() -> None:
    made = plan_budget(
        "r",
        release(
            components={"web": {"weight": 0.8}, "faq": {"weight": 0.2}},
            phases={"main": {"share": 0.9}, "end": {"share": 0.1, "weights": {"faq": 1.0}}},
            tokens=100_000,
        ),
        TWO,
    )
    assert made.targets.tolist() == [[72_000, 18_000], [0, 10_000]]


def test_unimax_shares_a_component_among_its_languages() -> None:
    cells = [
        cell("web", 1_000_000),
        cell("web", 1_000, "swh_Latn"),
        cell("web", 40_000, "cat_Latn"),
    ]
    settings = {"max_epochs": 4, "sampling": "unimax"}
    made = plan_budget("r", release(components={"web": settings}, tokens=120_000), cells)
    assert made.targets.tolist() == [[58_000, 4_000, 58_000]]


def test_the_cap_moves_tokens_to_natural_documents_of_the_language() -> None:
    cells = [
        cell("all", 300_000, synthetic=True),
        cell("all", 100_000),
        cell("all", 100_000, "cat_Latn", synthetic=True),
    ]
    declared = release(
        components={"all": {"max_epochs": 2}},
        tokens=250_000,
        max_synthetic={"languages": {"eng_Latn": 0.4}},
    )
    made = plan_budget("r", declared, cells)
    assert made.targets.tolist() == [[80_000, 120_000, 50_000]]


def test_a_cap_that_cannot_be_kept_says_what_is_lacking() -> None:
    declared = release(
        components={"web": {"weight": 0.2}, "faq": {"weight": 0.8}},
        tokens=100_000,
        max_synthetic={"default": 0.5},
    )
    sentence = (
        "release r: at least 80.0% of eng_Latn would be synthetic and max_synthetic allows 50.0%: "
        "in place of its synthetic tokens faq has too few natural ones (30,000 are lacking); leave "
        "eng_Latn out of `languages` of faq, take more of web, or set "
        "max_synthetic: {languages: {eng_Latn: 0.8}}"
    )
    with pytest.raises(ReleaseError) as raised:
        plan_budget("r", declared, TWO)
    assert str(raised.value) == sentence


@pytest.mark.parametrize("tokens", [None, 1_000_000])
def test_a_language_that_is_only_made_is_refused_with_two_ways_out(tokens: int | None) -> None:
    """Whatever the tokens, and however many documents there are; both ways out lead out."""
    cells = [
        cell("web", 900_000, "swh_Latn"),
        cell("made", 900_000, "swh_Latn", synthetic=True),
        cell("made", 900_000, "cat_Latn", synthetic=True),
    ]
    settings: dict[str, object] = {
        "components": {
            "web": {"kinds": ["natural"], "languages": ["swh_Latn"], "weight": 0.6},
            "made": {"kinds": ["rewritten"], "weight": 0.4, "sampling": "unimax"},
        },
        "tokens": tokens,
    }
    with pytest.raises(ReleaseError) as raised:
        plan_budget("r", release(**settings, max_synthetic={"default": 0.7}), cells)
    sentence = str(raised.value)
    assert "100.0% of cat_Latn would be synthetic and max_synthetic allows 70.0%" in sentence
    assert "cat_Latn out of `languages` of made, or set max_synthetic: {languages: " in sentence
    assert "web" not in sentence
    raised_cap = {"default": 0.7, "languages": {"cat_Latn": 1.0}}
    assert plan_budget("r", release(**settings, max_synthetic=raised_cap), cells).tokens > 900_000
    narrowed = release(**settings, max_synthetic={"default": 0.7})
    assert plan_budget("r", narrowed, cells[:2]).tokens > 900_000


@pytest.mark.parametrize(("tokens", "is_refused"), [(1, False), (100, True)])
def test_a_rare_language_that_is_only_made_never_shrinks_a_release(
    tokens: int, is_refused: bool
) -> None:
    """It is refused, unless it rounds to nothing."""
    cells = [*TWO, cell("faq", tokens, "cat_Latn", synthetic=True)]
    declared = release(components={"web": {}, "faq": {}}, max_synthetic={"default": 0.7})
    if is_refused:
        with pytest.raises(ReleaseError, match=r"100\.0% of cat_Latn would be synthetic"):
            plan_budget("r", declared, cells)
    else:
        assert plan_budget("r", declared, cells).tokens == 1_000_001


def test_without_tokens_the_cap_sets_the_size() -> None:
    cells = [cell("all", 300_000, synthetic=True), cell("all", 100_000)]
    declared = release(components={"all": {}}, max_synthetic={"default": 0.5})
    made = plan_budget("r", declared, cells)
    assert made.targets.tolist() == [[100_000, 100_000]]


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"components": {"a": {"weight": 0.5}, "b": {"weight": 0.4}}}, "sum to 0.9 and must sum"),
        ({"components": {"a": {"weight": 1.0}, "b": {}}}, "missing for b"),
        ({"components": {"a": {}}, "phases": {"p": {"share": 0.5}}}, "shares of the phases sum"),
        (
            {"components": {"a": {}}, "phases": {"p": {"share": 1.0, "weights": {"c": 1.0}}}},
            "phase p weighs c; components are a",
        ),
        ({"components": {"a": {}}, "order": {"by": "score"}}, "`column` names the number"),
        ({"components": {}}, "at least 1 item"),
    ],
)
def test_a_declaration_that_does_not_add_up_is_refused(declared: dict, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        ReleaseProfile.model_validate(declared)


CELLS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["eng_Latn", "cat_Latn", "swh_Latn"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=10,
    unique=True,
)


@st.composite
def declarations(draw: st.DrawFn) -> tuple[ReleaseProfile, list[Cell]]:
    """A release that may or may not be possible, and the cells it finds."""
    cells = [
        cell(name, draw(st.integers(100, 10**6)), lang, synthetic=made)
        for name, lang, made in draw(CELLS)
    ]
    names = sorted({item.component for item in cells})
    raw = [draw(st.integers(1, 9)) for _ in names]
    weights: list[float | None] = [part / sum(raw) for part in raw]
    if draw(st.booleans()):
        weights = [None] * len(names)
    components = {
        name: {
            "weight": weight,
            "max_epochs": draw(st.sampled_from([0.5, 1.0, 2.5, 4.0])),
            "sampling": draw(st.sampled_from(["size", "temperature", "unimax"])),
        }
        for name, weight in zip(names, weights, strict=True)
    }
    phases = {"p": {"share": 0.7}, "q": {"share": 0.3, "weights": {names[0]: 1.0}}}
    settings = {
        "components": components,
        "tokens": draw(st.none() | st.integers(1_000, 10**6)),
        "max_synthetic": {"default": draw(st.sampled_from([1.0, 0.5, 0.9]))},
        "phases": phases if draw(st.booleans()) else {},
    }
    return ReleaseProfile.model_validate(settings), cells


@given(declarations())
def test_a_budget_keeps_every_promise_or_is_refused(
    given_: tuple[ReleaseProfile, list[Cell]],
) -> None:
    declared, cells = given_
    try:
        made = plan_budget("r", declared, cells)
    except ReleaseError:
        return
    slack = len(cells) + 2
    totals = made.targets.sum(axis=0)
    if declared.tokens is not None:
        assert abs(made.tokens - declared.tokens) <= slack
    for index, item in enumerate(cells):
        assert totals[index] <= item.tokens * declared.components[item.component].max_epochs + 1
    for name, item in declared.components.items():
        if item.weight is not None and not declared.phases:
            assert abs(by_component(made)[name] - item.weight * made.tokens) <= slack
    for lang in {item.lang for item in cells}:
        own = np.array([item.lang == lang for item in cells])
        synthetic = np.array([item.synthetic for item in cells]) & own
        assert (
            totals[synthetic].sum() <= declared.max_synthetic.of(lang) * totals[own].sum() + slack
        )


@settings(max_examples=40)
@given(declarations())
def test_the_order_of_cells_changes_nothing(given_: tuple[ReleaseProfile, list[Cell]]) -> None:
    declared, cells = given_
    try:
        made = plan_budget("r", declared, cells)
    except ReleaseError:
        return
    turned = plan_budget("r", declared, cells[::-1])
    assert np.abs(turned.targets[:, ::-1] - made.targets).max() <= 1


def test_controls_hold_no_synthetic_document() -> None:
    declared = release(
        components={"web": {"weight": 0.75}, "faq": {"weight": 0.25}}, tokens=400_000
    )
    made = plan_budget("r", declared, TWO)
    assert control_budget("r", "natural_only", made).targets.tolist() == [[300_000, 0]]
    assert control_budget("r", "equal_tokens", made).targets.tolist() == [[400_000, 0]]


def test_a_control_without_natural_documents_is_refused() -> None:
    made = plan_budget("r", release(components={"faq": {}}), TWO[1:])
    with pytest.raises(ReleaseError, match="control equal_tokens needs natural documents"):
        control_budget("r", "equal_tokens", made)
