"""Shares of languages: the published definitions, and what no share may be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.packing.mixture.sampling import fill, preferences

SIZES = st.lists(st.integers(1, 10**9), min_size=1, max_size=12)


def unimax(sizes: list[int], budget: float, epochs: float) -> list[float]:
    """Algorithm 1 of Chung et al. 2023, as printed: the smallest language first."""
    shares = [0.0] * len(sizes)
    left = budget
    for done, index in enumerate(sorted(range(len(sizes)), key=lambda number: sizes[number])):
        share = left / (len(sizes) - done)
        shares[index] = min(share, sizes[index] * epochs)
        left -= shares[index]
    return shares


@given(SIZES, st.floats(0.01, 2.0), st.floats(0.5, 8.0))
def test_unimax_is_that_of_the_paper(sizes: list[int], load: float, epochs: float) -> None:
    budget = load * sum(sizes)
    counts = np.array(sizes, dtype=np.float64)
    shares = fill(budget, preferences(counts, "unimax", 1.0), counts * epochs)
    assert shares == pytest.approx(unimax(sizes, budget, epochs), rel=1e-9)


@given(SIZES, st.floats(1.0, 10.0))
def test_temperature_is_a_power_of_the_sizes(sizes: list[int], temperature: float) -> None:
    counts = np.array(sizes, dtype=np.float64)
    wanted = preferences(counts, "temperature", temperature)
    expected = [(size / sum(sizes)) ** (1 / temperature) for size in sizes]
    assert wanted / wanted.sum() == pytest.approx(np.array(expected) / sum(expected))


def test_temperature_one_is_by_size_and_a_high_one_nearly_uniform() -> None:
    counts = np.array([1000.0, 10.0])
    assert preferences(counts, "temperature", 1.0).tolist() == [1000.0, 10.0]
    high = preferences(counts, "temperature", 1e6)
    assert high[0] / high[1] == pytest.approx(1.0, rel=1e-4)


@given(
    st.lists(
        st.tuples(st.just(0.0) | st.floats(1e-3, 1e3), st.floats(0, 1e6)), min_size=1, max_size=10
    ),
    st.floats(0, 1e7),
)
def test_no_share_is_above_its_capacity_and_none_is_lost(
    wanted: list[tuple[float, float]], budget: float
) -> None:
    preference, capacity = (np.array(column) for column in zip(*wanted, strict=True))
    shares = fill(budget, preference, capacity)
    assert (shares <= capacity * (1 + 1e-9)).all()
    assert (shares[preference == 0] == 0).all()
    assert shares.sum() == pytest.approx(min(budget, capacity[preference > 0].sum()))


@given(SIZES, st.floats(0.01, 0.99))
def test_those_with_room_left_share_in_proportion(sizes: list[int], load: float) -> None:
    capacity = np.array(sizes, dtype=np.float64)
    preference = np.sqrt(capacity)
    shares = fill(load * capacity.sum(), preference, capacity)
    ratios = (shares / preference)[shares < capacity * (1 - 1e-9)]
    assert ratios == pytest.approx(ratios.max() if len(ratios) else 0)
