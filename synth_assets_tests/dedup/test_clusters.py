"""Components, and buckets that know them."""

from hypothesis import given
from hypothesis import strategies as st

from synth_assets.dedup.clusters import Bucket, Components

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60)


@given(PAIRS)
def test_components_are_those_of_the_graph_whatever_the_order(pairs: list[tuple[int, int]]) -> None:
    forward, backward = Components(), Components()
    for one, other in pairs:
        forward.join(one, other)
    for one, other in reversed(pairs):
        backward.join(other, one)
    expected = {item: item for item in range(31)}
    for _ in range(31):
        for one, other in pairs:
            expected[one] = expected[other] = min(expected[one], expected[other])
    assert [forward.find(item) for item in range(31)] == list(expected.values())
    assert [backward.find(item) for item in range(31)] == list(expected.values())


def test_a_bucket_offers_each_foreign_component_once() -> None:
    components = Components()
    bucket = Bucket(components)
    for item in (0, 1, 2, 3):
        bucket.add(item)
    components.join(0, 2)
    components.join(5, 3)
    assert list(bucket.others(5)) == [[0, 2], [1]]
