"""The cache against lists: rows come, step and leave, and each keeps its own states."""

import random

import pytest
import torch

from synth_assets.generation.engines.local.slots import SLACK, SlotCache, right_aligned

CPU = torch.device("cpu")
HEADS, SIZE = 2, 3


class Reference:
    """The same rows as plain lists of states, one (heads, size) per token."""

    def __init__(self, slots: int) -> None:
        self.cache = SlotCache([False, True], slots, 0, CPU)
        self.rows: list[list[torch.Tensor]] = []

    def admit(self, lengths: list[int], width: int) -> None:
        new = [[torch.randn(HEADS, SIZE) for _ in range(length)] for length in lengths]
        self.cache.make_room(max(lengths), width)
        states: list[tuple[torch.Tensor, ...]] = [(), ()]
        if max(lengths):
            padded = torch.full((len(new), HEADS, max(lengths), SIZE), 9.0)
            for place, row in enumerate(new):
                for column, state in enumerate(row):
                    padded[place, :, column] = state
            aligned = right_aligned(padded, torch.tensor(lengths))
            states = [(aligned, -aligned)] * 2
        self.cache.admit(states, lengths)
        self.rows += new

    def step(self) -> None:
        new = torch.randn(len(self.rows), HEADS, 1, SIZE)
        self.cache.before_token()
        seen = [layer.update(new, -new) for layer in self.cache.layers]
        self.cache.advance()
        for row, state in zip(self.rows, new[:, :, 0], strict=True):
            row.append(state)
        for keys, values in seen:
            self.check(keys, values)

    def leave(self, places: list[int]) -> None:
        order = self.cache.leave(places)
        self.rows = [self.rows[place] for place in order]

    def check(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        at = self.cache.columns
        assert torch.equal(values, -keys)
        assert keys.isfinite().all()
        assert keys.shape[2] == max(len(row) for row in self.rows) == at.end - at.start
        for row, states, first in zip(self.rows, keys, self.cache.first, strict=True):
            assert at.end - first == len(row)
            assert torch.equal(states[:, first - at.start :], torch.stack(row, dim=1))


@pytest.mark.parametrize("seed", range(4))
def test_each_row_keeps_its_own_states(seed: int) -> None:
    choose = random.Random(seed)
    torch.manual_seed(seed)
    rows = Reference(slots=6)
    for _ in range(400):
        free = 6 - len(rows.rows)
        if free and (not rows.rows or choose.random() < 0.1):
            count = choose.randint(1, free)
            rows.admit([choose.randint(0, 40) for _ in range(count)], width=200)
        rows.step()
        if choose.random() < 0.1:
            rows.leave(choose.sample(range(len(rows.rows)), choose.randint(1, len(rows.rows))))


def test_columns_that_only_the_longest_row_needed_are_cut() -> None:
    rows = Reference(slots=3)
    rows.admit([50, 10, 4], width=60)
    rows.step()
    assert rows.cache.layers[0].get_seq_length() == 51

    rows.leave([0])

    assert rows.cache.layers[0].get_seq_length() == 11
    rows.step()


def test_a_row_is_not_infected_by_what_another_left_behind() -> None:
    rows = Reference(slots=2)
    rows.admit([20, 5], width=30)
    sick = torch.full((2, HEADS, 1, SIZE), float("nan"))
    for layer in rows.cache.layers:
        layer.update(sick, sick)
    rows.cache.advance()
    rows.leave([0, 1])

    rows.admit([3, 8], width=30)
    rows.step()
    rows.leave([0])
    rows.admit([25], width=30)
    rows.step()


def test_buffers_grow_with_the_longest_row_alone() -> None:
    rows = Reference(slots=1)
    rows.admit([1], width=0)
    for _ in range(3 * SLACK):
        rows.step()

    assert rows.cache.columns.width == 4 * SLACK

    rows.leave([0])
    for _ in range(5):
        rows.admit([7], width=20)
        for _ in range(SLACK):
            rows.step()
        rows.leave([0])
    assert rows.cache.columns.width == 4 * SLACK
