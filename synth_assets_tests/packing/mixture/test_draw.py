"""Taking documents: as often as each other, as near to the goal as they come, nested."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import ReleaseError
from synth_assets.packing.mixture.draw import Queue
from synth_assets.packing.mixture.keys import selection_keys

LENGTHS = st.lists(st.integers(1, 500), min_size=1, max_size=60)


def queue(lengths: list[int], capacity: float = np.inf) -> Queue:
    units = np.arange(100, 100 + len(lengths))
    return Queue(units, np.array(lengths), capacity)


@given(LENGTHS, st.floats(0, 3.5))
def test_every_document_is_taken_as_often_as_the_others(lengths: list[int], epochs: float) -> None:
    drawn = queue(lengths).take_until(round(epochs * sum(lengths)))
    times = np.bincount(drawn.unit - 100, minlength=len(lengths))
    assert times.max() - times.min() <= 1
    for epoch in np.unique(drawn.epoch):
        own = drawn.unit[drawn.epoch == epoch]
        assert len(set(own.tolist())) == len(own)
    assert (np.diff(drawn.epoch) >= 0).all()


@given(LENGTHS, st.lists(st.floats(0, 1.5), min_size=1, max_size=5))
def test_what_is_taken_in_parts_never_takes_one_twice_in_an_epoch(
    lengths: list[int], parts: list[float]
) -> None:
    source = queue(lengths)
    taken = [source.take_until(round(goal * sum(lengths))) for goal in np.cumsum(parts)]
    pairs = [pair for item in taken for pair in zip(item.unit, item.epoch, strict=True)]
    assert len(set(pairs)) == len(pairs)
    assert source.taken == sum(lengths[unit - 100] for unit, _ in pairs)


@given(LENGTHS, st.floats(0, 1))
def test_within_an_epoch_it_misses_by_at_most_half_the_shortest_left(
    lengths: list[int], share: float
) -> None:
    goal = round(share * sum(lengths))
    source = queue(lengths, sum(lengths))
    drawn = source.take_until(goal)
    left = set(range(100, 100 + len(lengths))) - set(drawn.unit.tolist())
    if left and len(lengths) <= 32:
        assert abs(goal - source.taken) <= min(lengths[unit - 100] for unit in left) / 2


def test_a_whole_epoch_is_every_document_once() -> None:
    drawn = queue([7, 5, 9], 21).take_until(21)
    assert sorted(drawn.unit.tolist()) == [100, 101, 102]
    assert not drawn.epoch.any()


def test_nothing_is_taken_above_the_capacity() -> None:
    source = queue([10, 10], 14)
    source.take_until(14)
    assert source.taken == 10


def test_the_longest_that_fits_fills_the_gap() -> None:
    assert queue([50, 40, 9, 8]).take_until(59).unit.tolist() == [100, 102]


IDS = pl.Series([f"{number:032x}" for number in range(1000)])


def test_keys_are_pinned_and_follow_the_seed() -> None:
    assert selection_keys(IDS[:2], 3).tolist() == [5735233018825434161, 12679426818171410020]
    assert len(set(selection_keys(IDS, 0).tolist())) == 1000
    assert not set(selection_keys(IDS, 0).tolist()) & set(selection_keys(IDS, 1).tolist())


def test_keys_look_random() -> None:
    share = selection_keys(IDS, 5) / 2**64
    assert abs(share.mean() - 0.5) < 0.03
    assert abs(np.corrcoef(share[:-1], share[1:])[0, 1]) < 0.1


def test_an_id_that_is_none_is_refused() -> None:
    with pytest.raises(ReleaseError, match="'page-7' is not an id of 32 hex digits"):
        selection_keys(pl.Series([IDS[0], "page-7"]), 0)
