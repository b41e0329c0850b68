"""The order in which corpora are looked at."""

from hypothesis import given
from hypothesis import strategies as st

from synth_assets.takedown.corpora import in_order

NAMES = "abcdef"


@given(st.permutations(NAMES), st.sets(st.tuples(*[st.sampled_from(NAMES)] * 2)))
def test_each_comes_after_what_it_was_made_from(
    line: list[str], made: set[tuple[str, str]]
) -> None:
    inputs = {name: {"raw_web"} for name in NAMES}
    for one, other in made:
        if line.index(one) < line.index(other):
            inputs[other].add(one)
    placed = in_order(inputs)
    assert sorted(placed) == list(NAMES)
    for name in NAMES:
        assert all(placed.index(one) < placed.index(name) for one in inputs[name] - {"raw_web"})


def test_corpora_that_name_each_other_are_all_looked_at() -> None:
    assert in_order({"x": ["y"], "y": ["x"], "z": ["x"]}) == ["x", "y", "z"]
