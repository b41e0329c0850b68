"""The order of the data, the rate, and what the cross-lingual start knows before the first step."""

from itertools import islice

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.modeling.translation.batches import SHORT_LIMITS, Encoded, Order, Side
from synth_assets.modeling.translation.checkpoint import Progress
from synth_assets.modeling.translation.loop import rate_factor
from synth_assets.modeling.translation.start import token_vectors
from synth_assets.profile.modeling import TranslatorModel

lengths = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=40)


def side(segments: list[list[int]]) -> Side:
    starts = np.cumsum([0, *map(len, segments)])
    return Side(np.array([one for each in segments for one in each], dtype=np.int32), starts)


def encoded(sizes: list[tuple[int, int]]) -> Encoded:
    return Encoded(*(side([[2] * size[number] for size in sizes]) for number in (0, 1)))


@settings(max_examples=20, deadline=None)
@given(lengths, st.integers(0, 9))
def test_a_pass_holds_every_segment_once_within_the_limits(sizes, seed) -> None:
    data = encoded(sizes)
    order = Order(data, 200, 60, 60, 0.0, seed)
    batches, seen = list(order.batches()), list[int]()
    assert len(batches) == 60
    for batch in batches:
        longest = max(max(sizes[row]) for row in batch)
        assert len(batch) == 1 or longest * len(batch) <= 200
    for batch in batches:
        seen += batch.tolist()
        if len(seen) >= len(sizes):
            break
    assert sorted(seen) == list(range(len(sizes)))
    again = Order(data, 200, 60, 60, 0.0, seed).batches()
    assert [one.tolist() for one in again] == [one.tolist() for one in batches]


def test_short_segments_come_first() -> None:
    data = encoded([(size, size) for size in range(1, 61)])
    order = Order(data, 300, 50, 100, 0.5, 1)
    longest = [int(data.source.lengths[batch].max()) for batch in order.batches()]
    assert max(longest[:20]) <= SHORT_LIMITS[0] and max(longest[20:50]) <= SHORT_LIMITS[1]
    assert max(longest[50:]) == 50
    lonely = Order(encoded([(40, 40)]), 300, 50, 4, 0.5, 1)  # no short ones: the others, then
    assert [one.tolist() for one in islice(lonely.batches(), 9)] == [[0]] * 4


def test_rows_are_padded_at_the_end() -> None:
    found = side([[5, 0], [6, 7, 0]]).of(np.array([1, 0]), 9)
    assert found.tolist() == [[6, 7, 0], [5, 0, 9]]


def test_the_rate_rises_falls_and_ends_at_nothing() -> None:
    recipe = TranslatorModel(steps=1000, warmup=100, cooldown=0.2)
    rates = [rate_factor(step, recipe) for step in range(1000)]
    assert rates.index(max(rates)) == 99 and rates[99] == 1 and rates[0] == 0.01
    assert abs(rates[399] - 0.5) < 1e-9 and rates[999] < 0.01
    assert rates[99:] == sorted(rates[99:], reverse=True)


def test_training_ends_when_chrf_no_longer_rises() -> None:
    progress = Progress(scores=[(1, 1.0, 20.0), (2, 1.0, 30.0), (3, 1.0, 30.0), (4, 1.0, 29.0)])
    assert progress.best == 2 and progress.stale(2) and not progress.stale(3)
    assert progress.kept(1) == [2, 4] and not Progress().stale(1)


def test_words_that_are_translations_have_like_vectors() -> None:
    """Tokens 2 to 21 mean the same as 22 to 41; the bitext itself stays as it is."""
    chance = np.random.default_rng(0)
    source = [chance.choice(20, size=5, replace=False) + 2 for _ in range(400)]
    one = side([[*words.tolist(), 0] for words in source])
    other = side([[*(chance.permutation(words) + 20).tolist(), 0] for words in source])
    before = one.ids.copy(), other.ids.copy()
    found = token_vectors(Encoded(one, other), 50, 16, 4)
    assert np.array_equal(one.ids, before[0]) and np.array_equal(other.ids, before[1])
    nearest = (found[2:22] @ found[22:42].T).argmax(axis=1)
    assert (nearest == np.arange(20)).mean() >= 0.9
    assert np.allclose(np.linalg.norm(found[2:42], axis=1), 1, atol=1e-5)
    assert not found[42:].any() and found.shape == (50, 16)
