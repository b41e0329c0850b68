import numpy as np
import pytest

from synth_assets.filtering.alphabet import kinds
from synth_assets.filtering.stop_words import SLOTS, STOP_WORDS, tables
from synth_assets.filtering.words import COUNT, STOPS, Words, split_words, word_hash


def split(text: str, language: str = "") -> tuple[list[int], list[int], int]:
    """Hashes and lengths of the words, and the bits of the stop words."""
    rows, stops = tables()
    data = np.frombuffer(text.encode(), dtype=np.uint8)
    room = Words(np.empty(99, dtype=np.uint64), np.empty(99, dtype=np.int32))
    tally = np.zeros(5, dtype=np.int64)
    split_words(data, 0, len(data), kinds(), stops[rows.get(language, -1)], room, tally)
    return room.hashes[: tally[COUNT]].tolist(), room.lengths[: tally[COUNT]].tolist(), tally[STOPS]


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
    hashes, lengths, _ = split(text)
    assert hashes == [word_hash(word) for word in expected]
    assert lengths == [len(word) for word in expected]


@pytest.mark.parametrize("language", STOP_WORDS)
def test_every_stop_word_is_found_however_it_is_written(language: str) -> None:
    words = list(dict.fromkeys(STOP_WORDS[language].split()))
    assert 3 * len(words) < SLOTS
    assert len(words) <= 63
    for written in (str.lower, str.capitalize, str.upper):
        assert split(" ".join(map(written, words)), language)[2] == (1 << len(words)) - 1
    assert split("zzz qqq xxx", language)[2] == 0
    assert split(" ".join(words))[2] == 0
