"""The walk through related documents: each once, alike beside alike, no near duplicates."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.packing.order.walk import CLUSTER, NOTHING, walk

PERMUTATIONS = 112
INDEXED = 32
DUPLICATE = 0.7


def topics(count: int, each: int, share: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Signatures of documents of several topics, shuffled: those of one have about `share` of
    their values in common with the topic's own. Returns them with their topics."""
    random = np.random.default_rng(seed)
    centres = random.integers(0, NOTHING, (count, PERMUTATIONS), dtype=np.uint32)
    topic = random.permutation(np.repeat(np.arange(count), each))
    own = random.integers(0, NOTHING, (len(topic), PERMUTATIONS), dtype=np.uint32)
    common = random.random(own.shape) < share
    return np.where(common, centres[topic], own), topic


def alike(signatures: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Estimated similarity of every document to the one before it."""
    walked = signatures[order]
    return (walked[1:] == walked[:-1]).mean(axis=1)


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(0, 1000), st.integers(2, 200))
def test_it_is_a_permutation(count: int, seed: int, values: int) -> None:
    signatures = np.random.default_rng(seed).integers(0, values, (count, 8), dtype=np.uint32)
    order = walk(signatures, 4, DUPLICATE)
    assert sorted(order.tolist()) == list(range(count))
    assert order.tolist() == walk(signatures, 4, DUPLICATE).tolist()


def test_neighbours_are_more_alike_than_by_chance_and_of_one_topic() -> None:
    signatures, topic = topics(20, 15, 0.5)
    order = walk(signatures, INDEXED, DUPLICATE)
    shuffled = np.random.default_rng(1).permutation(len(topic))
    assert alike(signatures, order).mean() > 20 * alike(signatures, shuffled).mean()
    assert (np.diff(topic[order]) == 0).mean() == 14 / 15 * 300 / 299  # every topic in one go


def test_a_topic_that_is_too_large_is_left_after_a_while() -> None:
    signatures, _ = topics(1, 100, 0.5)
    order = walk(signatures, INDEXED, DUPLICATE)
    starts = range(CLUSTER, 100, CLUSTER)
    unvisited = [set(order[step:].tolist()) for step in starts]
    assert [order[step] for step in starts] == [min(left) for left in unvisited]


def test_near_duplicates_do_not_stand_side_by_side() -> None:
    signatures, topic = topics(30, 5, 0.4)
    copies = signatures.copy()
    copies[:, 100:] = np.random.default_rng(2).integers(0, NOTHING, copies[:, 100:].shape)
    both = np.concatenate([signatures, copies])
    order = walk(both, INDEXED, DUPLICATE)
    assert alike(both, order).max() < DUPLICATE
    assert (np.diff(np.concatenate([topic, topic])[order]) == 0).mean() > 0.8


def test_texts_without_shingles_are_nobodys_neighbours() -> None:
    signatures = np.full((5, 8), NOTHING, dtype=np.uint32)
    signatures[1] = signatures[3] = np.arange(8)
    order = walk(signatures, 4, 1.1)
    assert order.tolist() == [0, 1, 3, 2, 4]
