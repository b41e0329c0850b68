"""Markdown that is broken: what opens must close, rows must fit their table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.fences import INLINE_CODE, split_fences
from synth_assets.generation.gates.gate import Gate, Generated

_RULER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_CELL_END = re.compile(r"(?<!\\)\|")
_OPEN_LINK = re.compile(r"\]\([^()\s]*$")


@dataclass(frozen=True, slots=True)
class Markup(Gate):
    """A code fence or a link that never closes, or a table row with more or fewer cells than its
    header (GitHub Flavored Markdown, section 4.10), unless the source has the like."""

    name: ClassVar[str] = "markup"

    def __call__(self, made: Generated) -> Fault | None:
        fault = broken_markup(made.text)
        if fault is None or broken_markup(made.source) is not None:
            return None
        return self.fault(fault, "balanced markup")


def broken_markup(text: str) -> str | None:
    """The first thing that is out of balance."""
    fences = split_fences(text)
    if fences.left_open:
        return "an open code fence"
    if any(_OPEN_LINK.search(line) for line in fences.outside):
        return "an open link"
    for header, row in _rows(fences.outside):
        if _cells(header) != _cells(row):
            return f"a row of {_cells(row)} cells under {_cells(header)}"
    return None


def _rows(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each table row with its table's header; a table is a line with bars over a ruler."""
    header = ""
    for before, line in zip(["", *lines], lines, strict=False):
        if "|" not in line:
            header = ""
        elif header:
            yield header, line
        elif "|" in before and _RULER.fullmatch(line):
            header = before
            yield header, line


def _cells(line: str) -> int:
    bare = INLINE_CODE.sub("code", line).strip()
    inner = bare.removeprefix("|")
    ends = len(_CELL_END.findall(inner))
    return ends if inner.endswith("|") and not inner.endswith("\\|") else ends + 1
