"""The index of a journal agrees with a dictionary, and takes 24 bytes a key."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.generation.journal import key_table
from synth_assets.generation.journal.key_table import (
    MISSING,
    KeyTable,
    SortedKeys,
    coded,
    decoded,
    is_failure,
    packed,
)
from synth_assets.hashing import digest

# few different halves, so that keys share one of them
Keys = st.builds(
    lambda high, low: f"{high:016x}{low:016x}",
    st.sampled_from([0, 1, 2**63, 2**64 - 1]),
    st.integers(0, 3),
)
Entries = st.lists(st.tuples(Keys, st.integers(0, 100), st.booleans()), max_size=40)


def best(entries: list[tuple[str, int, bool]], key: str) -> tuple[int, bool] | None:
    """A success before a failure; the first success, the last failure."""
    mine = [(place, failed) for each, place, failed in entries if each == key]
    successes = [place for place, failed in mine if not failed]
    failures = [place for place, failed in mine if failed]
    if successes:
        return min(successes), False
    return (max(failures), True) if failures else None


@given(Entries, st.lists(Keys, max_size=20), st.integers(1, 20))
def test_look_ups_agree_with_a_dictionary(
    entries: list[tuple[str, int, bool]], wanted: list[str], run: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_table, "RUN", run)
        table = KeyTable()
        for key, place, failed in entries:
            table.put(key, coded(place, failed=failed))
    whole = SortedKeys.of(
        packed(key for key, _, _ in entries),
        np.fromiter((coded(place, failed=bad) for _, place, bad in entries), dtype=np.uint64),
    )
    assert len(whole) == len({key for key, _, _ in entries})
    for places in (table.find(wanted), whole.find(packed(wanted))):
        told = [
            None if place == MISSING else (int(at), bool(bad))
            for place, at, bad in zip(places, decoded(places), is_failure(places), strict=True)
        ]
        assert told == [best(entries, key) for key in wanted]


def test_a_key_takes_24_bytes_beside_a_fixed_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_table, "RUN", 2048)
    keys = [digest(str(number)) for number in range(20 * key_table.RUN)]
    tracemalloc.start()
    table = KeyTable()
    for place, key in enumerate(keys):
        table.put(key, place)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert used < 25 * len(keys)
    assert (table.find(keys) == np.arange(len(keys))).all()
