"""Compiled joins over bands against plain Python."""

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.dedup import matching
from synth_assets.dedup.alphabet import MARK, SIZE, fold, fold_table
from synth_assets.dedup.index import pack, row_bits
from synth_assets.dedup.similarity import jaccard, least_agreeing

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60)
HASHES = st.lists(st.integers(0, 12), min_size=1, max_size=40)


@settings(deadline=None)
@given(PAIRS)
def test_components_are_those_of_the_graph_whatever_the_order(pairs: list[tuple[int, int]]) -> None:
    expected = {item: item for item in range(31)}
    for _ in range(31):
        for one, other in pairs:
            expected[one] = expected[other] = min(expected[one], expected[other])
    for order in (pairs, pairs[::-1]):
        parents = np.arange(31)
        given = np.array(order, dtype=np.int64).reshape(-1, 2)
        matching.join_all(parents, given[:, 0], given[:, 1])
        assert matching.roots(parents).tolist() == list(expected.values())


def bands_of(*hashes: list[int]) -> tuple[np.ndarray, int]:
    """An index of bands whose hashes differ in their upper bits only."""
    table = np.array(hashes, dtype=np.uint64) << np.uint64(40)
    bits = row_bits(table.shape[1])
    rows = np.arange(table.shape[1])
    return np.stack([pack(band, rows, bits) for band in table]), bits


@settings(deadline=None)
@given(HASHES, HASHES)
def test_shared_rows_are_those_whose_hash_is_in_both(mine: list[int], theirs: list[int]) -> None:
    (own, bits), (other, other_bits) = bands_of(mine), bands_of(theirs)
    marks = np.zeros(len(mine), dtype=bool)
    matching.mark_shared(own[0], bits, other[0], other_bits, marks)
    assert marks.tolist() == [value in theirs for value in mine]


@settings(deadline=None)
@given(HASHES)
def test_repeated_rows_are_those_whose_hash_comes_twice(mine: list[int]) -> None:
    bands, bits = bands_of(mine)
    marks = np.zeros(len(mine), dtype=bool)
    matching.mark_repeated(bands[0], bits, marks)
    assert marks.tolist() == [mine.count(value) > 1 for value in mine]


@settings(deadline=None)
@given(HASHES, HASHES, st.data())
def test_content_pairs_are_all_equal_pairs_below_a_row(
    mine: list[int], theirs: list[int], data: st.DataObject
) -> None:
    bands, bits = bands_of(theirs)
    below = data.draw(st.integers(0, len(theirs)))
    keys = np.array(mine, dtype=np.uint64) << np.uint64(40)
    probes, rows = np.empty((2, 2000), dtype=np.int64)
    limits = np.full(len(mine), below)
    found = matching.content_pairs(keys, bands[0], bits, limits, probes, rows)
    expected = {
        (probe, row)
        for probe, value in enumerate(mine)
        for row, other in enumerate(theirs[:below])
        if value == other
    }
    assert set(zip(probes[:found].tolist(), rows[:found].tolist(), strict=True)) == expected


@settings(deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=30),
    st.integers(1, 5),
    st.integers(0, 3),
)
def test_candidates_come_in_precedence_a_few_at_a_time(
    table: list[tuple[int, int, int]], limit: int, floor: int
) -> None:
    """Three bands of one row each: the signature is the bands."""
    rows = np.array(table, dtype=np.uint32)
    bands, bits = bands_of(*rows.T.tolist())
    hashes = rows.astype(np.uint64) << np.uint64(40)
    cursors, below = np.zeros(len(rows), dtype=np.int64), np.arange(len(rows))
    found = defaultdict(list)
    while (cursors < below).any():
        probes, places = np.empty((2, limit * len(rows)), dtype=np.int64)
        count = matching.next_candidates(
            hashes, rows, bands, bits, rows, cursors, below, limit, floor, probes, places
        )
        for probe, place in zip(probes[:count].tolist(), places[:count].tolist(), strict=True):
            found[probe].append(place)
    agreeing = (rows[:, None, :] == rows[None, :, :]).sum(axis=2)
    for probe in range(len(rows)):
        expected = [row for row in range(probe) if agreeing[probe, row] >= max(floor, 1)]
        assert found[probe] == expected


@settings(deadline=None)
@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_jaccard_is_exact(one: set[int], other: set[int]) -> None:
    value = jaccard(*(np.array(sorted(items), dtype=np.uint64) for items in (one, other)))
    assert value == (len(one & other) / len(one | other) if one | other else 0.0)


def test_a_pair_at_the_threshold_is_hardly_ever_given_up() -> None:
    least = least_agreeing(0.8, 112)
    draws = np.random.default_rng(1).binomial(112, 0.8, size=1_000_000)
    assert 60 < least < 80
    assert (draws < least).mean() < 1e-5
    assert least_agreeing(1.0, 112) == 112


def test_the_table_folds_every_code_point_as_python_does() -> None:
    table = fold_table()
    for code in range(SIZE):
        folded = fold(chr(code)) if not 0xD800 <= code < 0xE000 else chr(code)
        letter = folded[0].isalnum() or folded[0] == "_"
        entry = int(table[code])
        assert (entry & ~MARK) in (0, ord(folded[0]))
        assert (0 < entry < MARK) == letter
