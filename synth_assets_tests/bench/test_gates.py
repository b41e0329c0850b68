"""The benchmark of the gates: what is planted, and one pair of it in small."""

from pathlib import Path

import pytest

from synth_assets.bench.case import Watch
from synth_assets.bench.gates import cases
from synth_assets.bench.gates.faults import FAULTS, Line

LINE = Line("In 1991 they had 24 boats.", "El 1991 tenien 24 barques bones.", "Guten Tag")


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        ("untranslated", LINE.source),
        ("wrong_language", LINE.foreign),
        ("halved", "El 1991 tenien"),
        ("doubled", "El 1991 tenien 24 barques bones. El 1991 tenien 24 barques bones."),
        ("looped", "El 1991 tenien" + " El 1991 tenien" * 8),
        ("numbers_changed", "El 4224 tenien 57 barques bones."),
    ],
)
def test_what_is_planted(fault: str, made: str) -> None:
    assert FAULTS[fault](LINE) == made


def test_a_line_without_spaces_is_halved_by_characters() -> None:
    assert FAULTS["halved"](Line("x", "\u6f22" * 40, "")) == "\u6f22" * 20


def test_held_to_where_the_languages_are_known() -> None:
    claims = {case.name: case.claims for case in cases(quick=True)}
    assert claims["wmt22.liv-en"] == ()
    assert {claim.figure for claim in claims["wmt22.en-de"]} == {
        "references_dropped",
        *(f"caught_{fault}" for fault in FAULTS),
    }


def test_a_pair_in_small(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_DATA", str(data_dir))
    (case,) = [case for case in cases(quick=True) if case.name == "wmt22.en-uk"]
    done = case.run(Watch())
    assert done.amount == 2
    assert set(done.outputs) == {"kept"}
    assert all(done.figures[f"caught_{fault}"] == 1 for fault in FAULTS)
