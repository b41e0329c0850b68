"""Best-fit-decreasing: every token once, no bin too full, nearly as few bins as possible."""

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.packing.bestfit import best_fit, cut, members

CAPACITY = 24
LENGTHS = st.lists(st.integers(0, 3 * CAPACITY), max_size=60)
SMALL_SETS = st.lists(st.integers(1, CAPACITY), min_size=1, max_size=8)


def fewest_bins(lengths: list[int]) -> int:
    """Brute force over subsets (Held-Karp style): fewest bins, then the emptiest last one."""

    @cache
    def best(chosen: int) -> tuple[int, int]:
        if not chosen:
            return 0, CAPACITY
        found = (len(lengths) + 1, 0)
        for index, length in enumerate(lengths):
            if chosen >> index & 1:
                bins, used = best(chosen ^ (1 << index))
                fits = used + length <= CAPACITY
                found = min(found, (bins, used + length) if fits else (bins + 1, length))
        return found

    return best((1 << len(lengths)) - 1)[0]


@given(LENGTHS)
def test_every_token_lies_in_exactly_one_piece(lengths: list[int]) -> None:
    pieces = cut(np.array(lengths, dtype=np.int64), CAPACITY)
    seen = [
        (document, token)
        for document, start, length in zip(
            pieces.document, pieces.start, pieces.length, strict=True
        )
        for token in range(start, start + length)
    ]
    assert seen == [(doc, token) for doc, length in enumerate(lengths) for token in range(length)]


@given(LENGTHS)
def test_only_documents_longer_than_the_capacity_are_cut(lengths: list[int]) -> None:
    pieces = cut(np.array(lengths, dtype=np.int64), CAPACITY)
    for document, length in enumerate(lengths):
        own = pieces.length[pieces.document == document].tolist()
        assert len(own) == -(-length // CAPACITY)
        assert all(size == CAPACITY for size in own[:-1])


@given(LENGTHS)
def test_every_piece_is_in_one_bin_and_no_bin_overflows(lengths: list[int]) -> None:
    pieces = cut(np.array(lengths, dtype=np.int64), CAPACITY)
    bins = best_fit(pieces.length, CAPACITY)
    groups = members(bins)
    placed = sorted(index for group in groups for index in group.tolist())
    assert placed == list(range(len(pieces.length)))
    assert all(pieces.length[group].sum() <= CAPACITY for group in groups)
    assert [int(group[0]) for group in groups] == sorted(int(group[0]) for group in groups)


@settings(max_examples=200, deadline=None)
@given(SMALL_SETS)
def test_at_most_one_bin_more_than_brute_force(lengths: list[int]) -> None:
    bins = best_fit(np.array(lengths, dtype=np.int64), CAPACITY)
    assert len(set(bins.tolist())) <= fewest_bins(lengths) + 1


def test_a_piece_goes_to_the_fullest_bin_that_fits() -> None:
    lengths = np.array([20, 15, 4, 9], dtype=np.int64)
    assert best_fit(lengths, CAPACITY).tolist() == [0, 1, 0, 1]


def test_web_like_lengths_leave_almost_no_room_unused() -> None:
    lengths = np.random.default_rng(7).lognormal(6.0, 1.1, 20_000).astype(np.int64) + 2
    pieces = cut(lengths, 2048)
    bins = int(best_fit(pieces.length, 2048).max()) + 1
    assert lengths.sum() / (bins * 2048) >= 0.999
