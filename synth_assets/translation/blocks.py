"""A document's text as fixed parts and prose, so that putting identical prose back gives the text
back byte for byte.

Fixed are line breaks, indentation, list and heading marks, quote marks, table bars and rulers,
fenced code, and code indented by four spaces or a tab after a blank line. A line of text is one
stretch of prose: text that is wrapped in the middle of its sentences should be unwrapped before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text; prose is what may be translated."""

    text: str
    is_prose: bool = False


_LINE = re.compile(
    r"[^\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]|\Z)"
)
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_INDENTED = re.compile(r"(?: {4}|\t)\s*\S")
_MARK = re.compile(
    r"""\s*(?:
        (?:\#{1,6}|>|[-*+•‣◦▪·–—])(?=\s)   # heading, quote, bullet
      | (?:\d{1,3}|[A-Za-z])[.)](?=\s)      # list number
    )?\s*""",
    re.VERBOSE,
)
_BAR = re.compile(r"\s*\|\s*")
_TAIL = re.compile(r"\s*\Z")


def cut(text: str) -> Iterator[Part]:
    """The parts of the text, in order; joined they are the text."""
    fence = ""
    code_may_start, in_indented = True, False
    for line in _lines(text):
        mark = _FENCE.match(line)
        if fence:
            yield Part(line)
            if mark and _closes(line, fence):
                fence = ""
        elif mark:
            fence = mark[1]
            yield Part(line)
        elif _INDENTED.match(line) and (in_indented or (code_may_start and not _is_item(line))):
            in_indented = True
            yield Part(line)
        else:
            in_indented = in_indented and not line.strip()
            yield from _line(line)
        code_may_start = not line.strip()


def _lines(text: str) -> Iterator[str]:
    return (found[0] for found in _LINE.finditer(text) if found[0])


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and set(mark) == {fence[0]}


def _is_item(line: str) -> bool:
    """A deep list item is not code."""
    mark = _MARK.match(line)
    return bool(mark and mark[0].strip())


def _line(line: str) -> Iterator[Part]:
    start = _after_marks(line)
    end = _TAIL.search(line).start()  # type: ignore[union-attr]
    if end <= start:
        yield Part(line)
        return
    if start:
        yield Part(line[:start])
    yield from _cells(line[start:end])
    if end < len(line):
        yield Part(line[end:])


def _after_marks(line: str) -> int:
    """Where the line's own words begin: marks may be nested, such as `> - `."""
    start = 0
    while mark := _MARK.match(line, start):
        if mark.end() == start:
            return start
        start = mark.end()
    return start


def _cells(text: str) -> Iterator[Part]:
    """A line with bars is a table row; its cells are prose each."""
    start = 0
    for bar in _BAR.finditer(text):
        if bar.start() > start:
            yield Part(text[start : bar.start()], is_prose=True)
        yield Part(bar[0])
        start = bar.end()
    if start < len(text):
        yield Part(text[start:], is_prose=True)
