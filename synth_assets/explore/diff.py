"""What changed between two texts, word by word: lines are matched first, words within them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import regex

Kind = Literal["same", "gone", "new"]

EXACT_LINES = 2_000
"""Up to so many lines every line counts; beyond, difflib passes over the frequent ones."""

WORDS_AT_ONCE = 6_000
"""Of both sides of a changed passage; a longer one is shown as replaced whole."""

_WORDS = regex.compile(r"\s+|[\w\p{M}]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, or that only the first (gone) or second (new) has."""

    kind: Kind
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """Pieces whose same and gone ones together are `before`, whose same and new ones `after`."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    frequent = len(old) + len(new) > EXACT_LINES
    pieces: list[Piece] = []
    for tag, low, high, begin, end in _matched(old, new, frequent=frequent):
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[low:high])))
        else:
            pieces += _words("".join(old[low:high]), "".join(new[begin:end]))
    return list(_joined(pieces))


def _words(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > WORDS_AT_ONCE:
        old, new = [before], [after]
    for tag, low, high, begin, end in _matched(old, new, frequent=True):
        if tag == "equal":
            yield Piece("same", "".join(old[low:high]))
        else:
            yield Piece("gone", "".join(old[low:high]))
            yield Piece("new", "".join(new[begin:end]))


def _matched(
    old: Sequence[str], new: Sequence[str], *, frequent: bool
) -> list[tuple[str, int, int, int, int]]:
    return list(SequenceMatcher(None, old, new, autojunk=frequent).get_opcodes())


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Without empty pieces; neighbours of one kind as one."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and last.kind == piece.kind:
            last = Piece(last.kind, last.text + piece.text)
        elif piece.text:
            if last is not None:
                yield last
            last = piece
    if last is not None:
        yield last
