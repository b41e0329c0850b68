"""Plans: every token once, no sequence too full, the same sequences as classic best-fit-decreasing,
nearly as few as possible."""

from collections import deque
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.errors import ProfileError
from synth_assets.packing.plan import Plan, plan

CAPACITY = 24
LENGTHS = st.lists(st.integers(0, 3 * CAPACITY), max_size=80)
METHODS = st.sampled_from(["best_fit", "concatenate"])


def planned(lengths: list[int], capacity: int = CAPACITY, method: str = "best_fit") -> Plan:
    return plan(np.array(lengths, dtype=np.int64), capacity, method)


def sequences(made: Plan) -> list[list[tuple[int, int, int]]]:
    """(document, start, length) of the pieces of each sequence."""
    parts = (made.part(number, number + 1).pieces for number in range(len(made)))
    return [
        list(zip(p.document.tolist(), p.start.tolist(), p.length.tolist(), strict=True))
        for p in parts
    ]


def classic(lengths: list[int], capacity: int) -> list[list[tuple[int, int, int]]]:
    """One piece after another, longest first, into the fullest sequence that fits; of equally full
    ones into the one that has been so for longest. Sequences by their first piece."""
    pieces = [
        (document, start, min(capacity, length - start))
        for document, length in enumerate(lengths)
        for start in range(0, length, capacity)
    ]
    queues: dict[int, deque[list]] = {}
    made: list[list] = []
    for piece in sorted(pieces, key=lambda item: -item[2]):
        fitting = [space for space, queue in queues.items() if queue and space >= piece[2]]
        space = min(fitting, default=capacity)
        if fitting:
            sequence = queues[space].popleft()
        else:
            sequence = []
            made.append(sequence)
        sequence.append(piece)
        queues.setdefault(space - piece[2], deque()).append(sequence)
    return sorted(sorted(sequence) for sequence in made)


@settings(deadline=None)  # the first example compiles
@given(LENGTHS, METHODS)
def test_every_token_lies_in_exactly_one_sequence(lengths: list[int], method: str) -> None:
    made = planned(lengths, method=method)
    seen = [
        (document, token)
        for pieces in sequences(made)
        for document, start, length in pieces
        for token in range(start, start + length)
    ]
    assert sorted(seen) == [
        (doc, token) for doc, size in enumerate(lengths) for token in range(size)
    ]
    assert made.tokens == sum(lengths)


@settings(deadline=None)  # the first example compiles
@given(LENGTHS, METHODS)
def test_no_sequence_overflows_and_none_is_empty(lengths: list[int], method: str) -> None:
    made = planned(lengths, method=method)
    sizes = [sum(piece[2] for piece in pieces) for pieces in sequences(made)]
    assert all(0 < size <= CAPACITY for size in sizes)
    if method == "concatenate":
        assert all(size == CAPACITY for size in sizes[:-1])


@settings(deadline=None)
@given(LENGTHS)
def test_only_documents_longer_than_the_capacity_are_cut(lengths: list[int]) -> None:
    pieces = [piece for group in sequences(planned(lengths)) for piece in group]
    for document, length in enumerate(lengths):
        own = sorted((start, size) for number, start, size in pieces if number == document)
        assert len(own) == -(-length // CAPACITY)
        assert all(size == CAPACITY for _, size in own[:-1])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 200), max_size=120), st.sampled_from([2, 7, 24, 64, 65, 150]))
def test_the_sequences_are_those_of_placing_one_piece_after_another(
    lengths: list[int], capacity: int
) -> None:
    assert sequences(planned(lengths, capacity)) == classic(lengths, capacity)


def test_the_same_on_many_documents() -> None:
    lengths = np.random.default_rng(5).lognormal(4.0, 1.2, 3_000).astype(int).tolist()
    assert sequences(planned(lengths, 512)) == classic(lengths, 512)


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


def test_at_most_one_sequence_more_than_brute_force_on_200_sets_of_ten() -> None:
    sets = np.random.default_rng(11).integers(1, CAPACITY + 1, (200, 10)).tolist()
    for lengths in sets:
        assert len(planned(lengths)) <= fewest_bins(lengths) + 1


@pytest.mark.parametrize("method", ["best_fit", "concatenate"])
def test_no_documents_give_no_sequences(method: str) -> None:
    assert len(planned([], method=method)) == 0
    assert len(planned([0, 0], method=method)) == 0


def test_a_piece_goes_to_the_fullest_sequence_that_fits() -> None:
    assert sequences(planned([20, 15, 4, 9])) == [[(0, 0, 20), (2, 0, 4)], [(1, 0, 15), (3, 0, 9)]]


@pytest.mark.parametrize("capacity", [-1, 0, 1])
def test_a_length_below_two_is_refused(capacity: int) -> None:
    with pytest.raises(ProfileError, match=f"a sequence length of {capacity} is not allowed"):
        planned([1], capacity)


def test_web_like_lengths_leave_almost_no_room_unused() -> None:
    lengths = np.random.default_rng(7).lognormal(6.0, 1.1, 100_000).astype(np.int64) + 2
    made = plan(lengths, 2048)
    assert lengths.sum() / (len(made) * 2048) >= 0.999
