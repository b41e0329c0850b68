import polars as pl
import pytest

from synth_assets.filtering.words import line_table, paragraph_table, word_table


def words(text: str) -> list[str]:
    return word_table(pl.Series([text]))["word"].to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's a well-known fact.", ["It", "s", "a", "well", "known", "fact"]),
        ("snake_case v2 3.5", ["snake_case", "v2", "3", "5"]),
        ("हिन्दी में लिखा", ["हिन्दी", "में", "लिखा"]),  # vowel signs are not letters, but stay
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),  # zero-width non-joiner
        ("השלום עליכם", ["השלום", "עליכם"]),
        ("漢字とkanji", ["漢", "字", "と", "kanji"]),
        ("ที่", ["ที่"]),  # one letter with its marks
        ("ភាសា", ["ភា", "សា"]),
        ("a\0b", ["a", "b"]),
        ("", []),
        ("... --- !!!", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_every_part_knows_its_document() -> None:
    texts = pl.Series(["one two", "", None, "three"])
    assert word_table(texts)["doc"].to_list() == [0, 0, 3]
    assert line_table(texts)["doc"].to_list() == [0, 3]
    assert paragraph_table(texts)["doc"].to_list() == [0, 3]


def test_lines_are_trimmed_and_blank_ones_left_out() -> None:
    assert line_table(pl.Series(["  a \r\n\n \t\n b\n"]))["line"].to_list() == ["a", "b"]


def test_paragraphs_end_at_blank_lines() -> None:
    table = paragraph_table(pl.Series(["a\nb\n\nc\n \t\nd\n\n\n"]))
    assert table["paragraph"].to_list() == ["a\nb", "c", "d"]
