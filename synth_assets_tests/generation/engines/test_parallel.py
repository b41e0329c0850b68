"""Batches side by side: everything arrives, errors come through, an early stop ends the threads."""

import threading
import time
from collections.abc import Iterator

import pytest

from synth_assets.generation.engines.parallel import side_by_side


def count_up(batch: list[int]) -> Iterator[int]:
    for number in batch:
        time.sleep(0.001)
        yield number


BATCHES = [list(range(start, start + 10)) for start in range(0, 200, 10)]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_item_arrives_once(workers: int) -> None:
    items = list(side_by_side(count_up, BATCHES, workers))
    assert sorted(items) == list(range(200))


def test_an_error_reaches_the_caller() -> None:
    def broken(batch: list[int]) -> Iterator[int]:
        yield batch[0]
        raise ValueError("no memory")

    with pytest.raises(ValueError, match="no memory"):
        list(side_by_side(broken, BATCHES, 2))


def test_a_caller_that_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    items = side_by_side(count_up, BATCHES, 2)
    next(items)
    items.close()
    assert threading.active_count() == before
