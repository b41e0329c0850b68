"""The language of ProX's programs: one call to a line, as the released checkpoints write them.

Of a document: `drop_doc()`, `keep_doc()`. Of a chunk, whose lines carry their numbers in the
document: `remove_lines(line_start=3, line_end=5)`, `remove_lines(all=True)`, `drop_chunk()`,
`normalize(source_str="...", target_str="...")` with nothing in place of the source where there is
no target, and `keep_chunk()`. Strings are taken as they stand, without escapes.
"""

import re
from dataclasses import dataclass

_FENCE = "```"
_DOCUMENT = re.compile(r"(?P<verb>drop|keep)_doc\(\)")
_LINES = re.compile(r"remove_lines\(\s*line_start\s*=\s*(\d+)\s*,\s*line_end\s*=\s*(\d+)\s*\)")
_ALL = re.compile(r"remove_lines\(\s*all\s*=\s*True\s*\)|drop_chunk\(\)")
_NORMALIZE = re.compile(
    r"normalize\(\s*source_str\s*=\s*(?P<quote>[\"'])(?P<source>.*?)(?P=quote)\s*"
    r"(?:,\s*target_str\s*=\s*(?P<other>[\"'])(?P<target>.*)(?P=other)\s*)?\)"
)
_KEEP = re.compile(r"keep_(?:chunk|all)\(\)|untouch_doc\(\)")


@dataclass(frozen=True, slots=True)
class RemoveLines:
    """Lines `first` to `last`, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class RemoveAll:
    """Every line of the chunk."""


@dataclass(frozen=True, slots=True)
class Replace:
    """A string, wherever it stands in the chunk."""

    source: str
    target: str


Edit = RemoveLines | RemoveAll | Replace


@dataclass(frozen=True, slots=True)
class Program:
    """A chunk's edits in the order in which they were written, and the lines that are no call."""

    edits: tuple[Edit, ...] = ()
    n_unparsable: int = 0


def read_program(text: str) -> Program:
    """Raises ValueError where not one line is a call."""
    calls = [_edit(line) for line in _lines(text)]
    if all(isinstance(call, str) and not _KEEP.fullmatch(call) for call in calls):
        raise ValueError("remove_lines, normalize, drop_chunk or keep_chunk, one call to a line")
    edits = tuple(call for call in calls if not isinstance(call, str))
    unparsable = [call for call in calls if isinstance(call, str) and not _KEEP.fullmatch(call)]
    return Program(edits, len(unparsable))


def read_verdict(text: str) -> bool:
    """Whether the document stays. Raises ValueError for anything but one verdict."""
    found = [_DOCUMENT.fullmatch(line) for line in _lines(text)]
    if len(found) != 1 or found[0] is None:
        raise ValueError("keep_doc() or drop_doc(), alone")
    return found[0]["verb"] == "keep"


def _lines(text: str) -> list[str]:
    """Without blank ones and the marks of a fence around all."""
    lines = [line.strip() for line in text.split("\n")]
    return [line for line in lines if line and not line.startswith(_FENCE)]


def _edit(line: str) -> Edit | str:
    """The edit that a line calls for, or the line itself."""
    if found := _LINES.fullmatch(line):
        return RemoveLines(int(found[1]), int(found[2]))
    if _ALL.fullmatch(line):
        return RemoveAll()
    if found := _NORMALIZE.fullmatch(line):
        return Replace(found["source"], found["target"] or "")
    return line
