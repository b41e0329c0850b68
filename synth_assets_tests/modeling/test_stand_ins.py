"""Tables of words that stand in for each other."""

from pathlib import Path

import pytest

from synth_assets.errors import InputError
from synth_assets.modeling.stand_ins import languages, read_stand_ins, table_of


def test_sets_are_read_both_ways_and_arrows_one_way(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# a remark\nbig large\n\nlarge great  # and more\nmay -> can might\n")
    assert read_stand_ins(path) == {
        "big": ("large",),
        "large": ("big", "great"),
        "great": ("large",),
        "may": ("can", "might"),
    }
    assert table_of("swh_Latn", {"swh_Latn": str(path)}) == path
    assert table_of("swh_Latn", {}) is None


@pytest.mark.parametrize(
    "line", ["alone", "two words -> third", "-> x", "x ->", "Big large", "a 1"]
)
def test_what_is_no_set_is_told_with_its_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"big large\n{line}\n")
    with pytest.raises(InputError, match="line 2: .* is no set of words"):
        read_stand_ins(path)


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent.txt cannot be read"):
        read_stand_ins(tmp_path / "absent.txt")


def test_every_packaged_table_can_be_read() -> None:
    assert "eng_Latn" in languages()
    for lang in languages():
        table = table_of(lang, {})
        assert table is not None and len(read_stand_ins(table)) > 50
