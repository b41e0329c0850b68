"""Two texts for the eye: what changed, long stretches that did not folded away, or side by side."""

from dataclasses import dataclass
from itertools import zip_longest

import regex

from synth_assets.explore.diff import Piece, compare

FOLDED_WORDS = 80
SHOWN_WORDS = 20
"""A stretch without a change of more than FOLDED_WORDS words keeps so many at either end."""

_PARAGRAPHS = regex.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Shown:
    """A stretch of text; where `folded`, it is opened on demand, and has so many words."""

    kind: str
    text: str
    folded: int = 0


def changes(before: str, after: str) -> list[Shown]:
    """The difference of two texts."""
    return [shown for piece in compare(before, after) for shown in _shown(piece)]


def beside(before: str, after: str) -> list[tuple[str, str]]:
    """Paragraph by paragraph where both have as many, else whole."""
    left, right = (_PARAGRAPHS.split(text.strip()) for text in (before, after))
    return list(zip_longest(left, right)) if len(left) == len(right) else [(before, after)]


def _shown(piece: Piece) -> list[Shown]:
    words = [match.end() for match in regex.finditer(r"\S+\s*", piece.text)]
    if piece.kind != "same" or len(words) <= FOLDED_WORDS:
        return [Shown(piece.kind, piece.text)]
    low, high = words[SHOWN_WORDS - 1], words[-SHOWN_WORDS - 1]
    return [
        Shown("same", piece.text[:low]),
        Shown("same", piece.text[low:high], len(words) - 2 * SHOWN_WORDS),
        Shown("same", piece.text[high:]),
    ]
