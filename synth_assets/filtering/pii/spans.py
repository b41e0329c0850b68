"""A stretch of a text that is personal data, and the kinds of it."""

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

Bounds = tuple[int, int]
"""First character, and the one after the last."""

Find = Callable[[str, str], Iterator[Bounds]]
"""Bounds in a text, given its language too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of personal data. A text in which `hint` (a pattern of Rust's `regex`) does not
    occur holds none, so most texts are never searched in Python."""

    name: str
    hint: str
    find: Find


@dataclass(frozen=True, slots=True)
class Span:
    """Where personal data stands, and of which kind it is."""

    start: int
    end: int
    kind: str


def find_spans(text: str, lang: str, kinds: Iterable[Kind]) -> list[Span]:
    """Spans in order, without overlap: where two kinds claim the same digits the first counts."""
    found: list[Span] = []
    for kind in kinds:
        for start, end in kind.find(text, lang):
            place = bisect(found, start, key=_start)
            is_free = place == 0 or found[place - 1].end <= start
            if is_free and (place == len(found) or end <= found[place].start):
                found.insert(place, Span(start, end, kind.name))
    return found


_start = attrgetter("start")


def shorter_ends(text: str, start: int, end: int, separators: str) -> Iterator[int]:
    """The end, and the ends of all shorter stretches that stop before a separator: numbers are
    often followed by others."""
    yield end
    for at in range(end - 1, start, -1):
        if text[at] in separators and text[at - 1] not in separators:
            yield at


def replace(text: str, spans: Sequence[Span], placeholders: dict[str, str]) -> str:
    """The text with each span's placeholder in its place."""
    parts, done = [], 0
    for span in spans:
        parts += [text[done : span.start], placeholders[span.kind]]
        done = span.end
    return "".join([*parts, text[done:]])
