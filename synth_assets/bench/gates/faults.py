"""What goes wrong in translations, made of right ones: one line at a time."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

LOOPS = 8
_NUMBER = re.compile(r"(?<![A-Za-z\u00c0-\u0dff\d])(?<!^)(?<![A-Za-z][.,])\d+(?![A-Za-z])")
_WORD = re.compile(r"\S+\s*")
MANY_CHARS = 12
"""A longer word is a phrase of a script without spaces, and is cut by characters."""


class Line(NamedTuple):
    """A line, its human translation, and one in a third language that says something else."""

    source: str
    target: str
    foreign: str


def untranslated(line: Line) -> str:
    return line.source


def wrong_language(line: Line) -> str:
    return line.foreign


def halved(line: Line) -> str:
    """Its first half."""
    words = _words(line.target)
    return "".join(words[: (len(words) + 1) // 2]).rstrip()


def doubled(line: Line) -> str:
    return f"{line.target} {line.target}"


def looped(line: Line) -> str:
    """Its first half, whose end is said again until a limit is reached."""
    words = _words(halved(line))
    return ("".join(words) + (" " + "".join(words[-4:]).strip()) * LOOPS).strip()


def numbers_changed(line: Line) -> str:
    """Every number that both sides have, in digits of any script, is another; the same text where
    there is none. Numbers in words (A4) and of list items are let be."""
    sides = (map(int, _NUMBER.findall(text)) for text in (line.source, line.target))
    shared = set.intersection(*map(set, sides))
    return _NUMBER.sub(lambda found: _another(found[0], shared), line.target)


FAULTS: Mapping[str, Callable[[Line], str]] = {
    fault.__name__: fault
    for fault in (untranslated, wrong_language, halved, doubled, looped, numbers_changed)
}


def _words(text: str) -> list[str]:
    words = _WORD.findall(text)
    return list(text) if text and len(text) > MANY_CHARS * len(words) else words


def _another(number: str, shared: set[int]) -> str:
    """Of as many digits, each higher by three; the first does not become 0."""
    if int(number) not in shared:
        return number
    first, *others = (int(digit) for digit in number)
    return f"{(first + 2) % 9 + 1}" + "".join(str((digit + 3) % 10) for digit in others)
