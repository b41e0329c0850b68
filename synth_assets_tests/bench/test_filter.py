"""The benchmark of the filter: its cases, and decisions against datatrove's."""

from pathlib import Path

import pytest

from synth_assets.bench.case import Watch
from synth_assets.bench.filter import cases


def test_the_cases_and_what_ours_is_held_to() -> None:
    pytest.importorskip("datatrove", reason="a peer: install synth-assets[bench]")
    found = {case.name: case for case in cases(quick=True)}
    ours = found["ours"]
    assert set(ours.peers) == set(found) - {"ours"}
    held = {(claim.figure, claim.against): claim.at_least for claim in ours.claims}
    assert held[("agreement", None)] == 0.995
    assert held[("per_cpu_s", "datatrove/words-chain")] == 7.0
    assert held[("per_cpu_s", "datatrove/words-all")] == 7.0


def test_decisions_are_those_of_datatrove_on_the_same_words(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("datatrove", reason="a peer: install synth-assets[bench]")
    monkeypatch.setenv("SYNTH_ASSETS_DATA", str(data_dir))
    (ours,) = [case for case in cases(quick=True) if case.name == "ours"]
    done = ours.run(Watch())
    assert done.figures["agreement"] >= 0.99  # of 100; the benchmark judges 2,000
    assert set(done.outputs) == {"kept", "dropped"}
