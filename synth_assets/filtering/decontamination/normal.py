"""Words as evaluation items and documents are compared by.

Case, punctuation, accents, compatibility forms and invisible characters do not count. A letter of a
script that is written without spaces is a word by itself, whatever stands around it. `words` is
the definition; `tables` gives it to the kernel, character by character.
"""

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SIZE = 0x40000
"""Planes 0 to 3; there are no letters above."""

GAP, SKIP = 0, 0xFFFFFFFF
SEVERAL, WIDE = 1 << 31, 1 << 30
"""What the kernel's table holds of a character besides its folded letter: that it ends a word, is
not there, stands for several letters (the rest is the number of them), or is a word by itself."""

_WIDE = (
    (0xE00, 0xEFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0x20000, 0x3FFFF),
)
_HANGUL = range(0xAC00, 0xD7A4)
_SELECTORS = range(0xFE00, 0xFE10)
_ZERO_WIDTH_SPACE = "\u200b"


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return text.translate(_APART).split()


def joined_words(text: str) -> list[str]:
    """The same where punctuation inside words was taken out and not replaced by a space: `Janets`
    for `Janet's`."""
    return text.translate(_JOINED).split()


class Tables(NamedTuple):
    """(SIZE,) what each character is; the letters of those that stand for `SEVERAL`: number i has
    `letters[starts[i] : starts[i + 1]]`."""

    characters: NDArray[np.uint32]
    letters: NDArray[np.uint32]
    starts: NDArray[np.int64]


@cache
def tables() -> Tables:
    """`words` as tables."""
    characters = np.zeros(SIZE, dtype=np.uint32)
    letters: list[int] = []
    starts = [0]
    for code in range(SIZE):
        entries = [_entry(letter) for letter in _fold(chr(code))]
        if len(entries) == 1:
            characters[code] = entries[0]
        elif not entries:
            characters[code] = SKIP
        else:
            characters[code] = SEVERAL | (len(starts) - 1)
            letters += entries
            starts.append(len(letters))
    return Tables(characters, np.array(letters, dtype=np.uint32), np.array(starts, dtype=np.int64))


def _entry(letter: str) -> int:
    if letter == " ":
        return GAP
    return ord(letter) | (WIDE if _is_wide(letter) else 0)


def _fold(character: str) -> str:
    """Its letters, a space for what ends a word; nothing for what is ignored."""
    code = ord(character)
    if code < 0x80:
        return character.lower() if character.isalnum() else " "
    if code >= SIZE or character == _ZERO_WIDTH_SPACE:
        return " "
    if code in _HANGUL:
        return character
    plain = unicodedata.normalize("NFKD", character).casefold()
    return "".join(map(_letter, unicodedata.normalize("NFKD", plain)))


def _letter(character: str) -> str:
    """Accents, vowel points and the like are no letters; the vowel signs of Indic scripts are."""
    if character.isalnum():
        return character
    category = unicodedata.category(character)
    if category in ("Mn", "Mc"):
        is_sign = unicodedata.combining(character) == 0 and ord(character) not in _SELECTORS
        return character if is_sign else ""
    return "" if category in ("Me", "Cf") else " "


def _is_wide(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _WIDE)


def _apart(character: str) -> str:
    return "".join(f" {letter} " if _is_wide(letter) else letter for letter in _fold(character))


def _joined(character: str) -> str:
    folded = _apart(character)
    return "" if folded.isspace() and not character.isspace() else folded


class _Translation(dict[int, str]):
    """For `str.translate`: characters are looked up once."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        super().__init__()
        self._translate = translate

    def __missing__(self, code: int) -> str:
        self[code] = self._translate(chr(code))
        return self[code]


_APART, _JOINED = _Translation(_apart), _Translation(_joined)
