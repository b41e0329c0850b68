"""How much of a text is in one language: judged in stretches of whole lines."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import compiled
from synth_assets.filtering.alphabet import LETTER, kinds
from synth_assets.filtering.language import identify, known
from synth_assets.filtering.language_codes import UNKNOWN
from synth_assets.filtering.language_neighbours import is_alike
from synth_assets.text.columns import Bytes
from synth_assets.text.utf8 import decode

PIECE_LETTERS = 300
"""A text is judged in pieces of so many letters, made of whole lines: fewer are a guess."""

MAX_PIECE_CHARS = 1500
"""A longer line is cut."""

JUDGED_CHARS = 450
"""Of a piece, so much is looked at: its language is the same, at half the time."""

CONFIDENT = 0.5
"""Probability from which a piece is taken to be in another language than it should."""


def language_share(
    lines: Iterable[str], lang: str, *, most_pieces: int | None = None
) -> tuple[int, float, str]:
    """Letters that could be judged, the share of them in `lang` (a FLORES code), and the language
    that most of the others are in.

    A piece whose language cannot be told counts for nothing, nor does one in another language under
    CONFIDENT. Nothing is judged where no model knows `lang`. Of more than `most_pieces`, that many
    spread evenly are looked at.
    """
    if lang.split("_", maxsplit=1)[0] not in known():
        return 0, 1.0, UNKNOWN
    letters: dict[str, int] = {}
    text = "\n".join(lines)
    pieces = _pieces(text)
    for number in _evenly(len(pieces), most_pieces):
        start, end, size = pieces[number].tolist()
        found, confidence = identify(text[start : min(end, start + JUDGED_CHARS)], expected=lang)
        if found != UNKNOWN and (is_alike(found, lang) or (confidence or 0) >= CONFIDENT):
            letters[found] = letters.get(found, 0) + size
    judged = sum(letters.values())
    right = sum(size for found, size in letters.items() if is_alike(found, lang))
    others = [found for found in letters if not is_alike(found, lang)]
    other = max(others, key=letters.__getitem__, default=UNKNOWN)
    return judged, right / judged if judged else 1.0, other


def _pieces(text: str) -> NDArray[np.int64]:
    """(pieces, 3) Start and end of stretches of the text, in characters, and their letters."""
    return _cut(np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8), kinds())


@compiled
def _cut(data: Bytes, table: Bytes) -> NDArray[np.int64]:
    found = np.empty((len(data) // PIECE_LETTERS + 1, 3), dtype=np.int64)
    count, begin, line, letters = 0, 0, 0, 0
    at, done = 0, 0
    while at < len(data):
        code, step = np.uint32(data[at]), 1
        if code >= 0x80:
            code, step = decode(data, at)
        at += step
        done += 1
        letters += (table[code] & LETTER) > 0
        if code == 0x0A or done - line == MAX_PIECE_CHARS:
            line = done
            if letters >= PIECE_LETTERS:
                found[count, 0], found[count, 1], found[count, 2] = begin, done, letters
                count, begin, letters = count + 1, done, 0
    if letters:
        found[count, 0], found[count, 1], found[count, 2] = begin, done, letters
        count += 1
    return found[:count]


def _evenly(count: int, most: int | None) -> Iterable[int]:
    if most is None or count <= most:
        return range(count)
    return (index * count // most for index in range(most))
