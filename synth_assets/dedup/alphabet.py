"""Code points as the tokeniser sees them: one table that folds case and tells words from gaps."""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

SIZE = 0x40000
"""Planes 0 to 3; the planes above hold no letters and no marks that are looked at."""

MARK = 1 << 31
"""Set in the table's entry of a code point that goes on a word but does not begin one."""

JOINERS = "\u200c\u200d"
_FIRST_MARK, _LAST_MARK = 0x300, 0x11FFF
_DOTTED_CAPITAL_I = "\u0130"
"""The only code point whose lower case is two: `i` and U+0307, a mark."""


def fold(text: str) -> str:
    """Lower case, the final sigma written as any other, so that it hangs on no neighbour."""
    return text.lower().replace("ς", "σ")


@cache
def fold_table() -> NDArray[np.uint32]:
    """(SIZE,) For each code point its folded code point, with MARK where it is a combining mark or
    a joiner; 0 where it belongs to no word."""
    folded = _folded()
    letter = np.fromiter(map(_is_letter, map(chr, folded)), dtype=bool, count=SIZE)
    return np.where(letter, folded, 0).astype(np.uint32) | _marks()


def _folded() -> NDArray[np.uint32]:
    codes = np.arange(SIZE, dtype="<u4")
    codes[ord(_DOTTED_CAPITAL_I)] = ord("i")
    text = codes.tobytes().decode("utf-32-le", "surrogatepass")
    return np.frombuffer(fold(text).encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _is_letter(character: str) -> bool:
    r"""As `\w` of a regular expression."""
    return character.isalnum() or character == "_"


@cache
def marks() -> list[int]:
    """Code points of combining marks (Mn, Mc) and joiners: without them words of Hindi or Bengali
    would fall apart at every vowel sign."""
    codes = range(_FIRST_MARK, _LAST_MARK + 1)
    found = [code for code in codes if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    return sorted([*found, *map(ord, JOINERS)])


def _marks() -> NDArray[np.uint32]:
    table = np.zeros(SIZE, dtype=np.uint32)
    codes = np.array([code for code in marks() if not _is_letter(chr(code))], dtype=np.uint32)
    table[codes] = codes | np.uint32(MARK)
    return table
