"""A page's text as a flat list of blocks: headings, paragraphs, lists, code, rows of cells.

Pages come as light Markdown, or as the plain text of an HTML extractor, in which a heading is
only a short line that stands alone. Note labels ("Tip", "Warning Icon") are furniture and go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from synth_assets.rewriting.restructure.code import looks_like_code
from synth_assets.rewriting.restructure.sentences import is_sentence


@dataclass(frozen=True, slots=True)
class Heading:
    """`label`: it ends in a colon or an ellipsis and names what follows, such as "Syntax:".
    `boxed`: a label that ends in an ellipsis, over a box of fragments. `sure`: marked as a
    heading or label; on a page with marked headings other short lines are none."""

    text: str
    label: bool = False
    boxed: bool = False
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list; an entry is one paragraph, its own further paragraphs joined to it. `first` is the
    number of an ordered list's first entry."""

    ordered: bool
    entries: tuple[str, ...]
    first: int = 1


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Table rows; pages lay out navigation with tables too."""

    cells: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Items | Code | Rows

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_MARKER = re.compile(r"^(\s*)(?:([-*+•‣◦–])|(\d{1,3}|[a-z])[.)])\s+(?=\S)")
_MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
_CELL_BORDER = re.compile(r"^\s*\||\S\s*\t\s*\S|\S\s+\|\s+\S")
_RULE = re.compile(r"^\s*([-*_=]\s*){3,}$")
_TABLE_RULE = re.compile(r"^[\s|:-]+$")
_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)+\.?|\d+\.)\s+(?=\S)")
_SECTION_NUMBER = re.compile(r"\s*\d+(?:\.\d+)+\.?\s+\S")
_EMPHASIS = re.compile(r"(\*\*|__)(.+?)\1")
_LABEL = re.compile(r"(?:(?![.!?]\s).)+")
PATH = re.compile(r"\s[-–▸>→]\s")
_WORD = re.compile(r"\w+")
MAX_HEADING_WORDS = 10
WRAPPED_LINE_CHARS = 50


def parse_blocks(text: str, furniture: frozenset[str] = frozenset()) -> list[Block]:
    """The blocks in order. `furniture` holds casefolded lines that are not content."""
    marked = sum(map(_is_markdown_heading, text.splitlines())) > 1
    blocks: list[Block] = []
    for lines in _chunks(text):
        for found in _read_chunk(lines, blocks, furniture):
            unsure = marked and isinstance(found, Heading) and not found.sure
            _append(blocks, _as_paragraph(found) if unsure else found)
    return blocks


def _as_paragraph(block: Block) -> Block:
    if not isinstance(block, Heading):
        return block
    return Paragraph(f"{block.text}:" if block.label else block.text)


def _chunks(text: str) -> Iterator[list[str]]:
    """Runs of lines between blank ones. A fenced block is one run, its fences included; a
    Markdown heading is one by itself."""
    chunk: list[str] = []
    fence = ""
    for line in text.splitlines():
        alone = not fence and _is_markdown_heading(line)
        opening = None if fence else _FENCE.match(line)
        if chunk and not fence and (alone or opening or not line.strip()):
            yield chunk
            chunk = []
        if fence or line.strip():
            chunk.append(line)
        if opening:
            fence = opening[1]
        elif alone or (fence and _closes(line, fence)):
            yield chunk
            chunk, fence = [], ""
    if chunk:
        yield chunk


def _closes(line: str, fence: str) -> bool:
    text = line.strip()
    return text.startswith(fence) and not text.strip(fence[0])


def _is_markdown_heading(line: str) -> bool:
    """One `#` may also be a root shell's prompt: only a title counts there."""
    found = _MARKDOWN_HEADING.match(line)
    return found is not None and (line.startswith("##") or _titled(found[1]))


def _read_chunk(
    lines: list[str], before: list[Block], furniture: frozenset[str]
) -> Iterator[Block]:
    if opening := _FENCE.match(lines[0]):
        closed = len(lines) > 1 and _closes(lines[-1], opening[1])
        yield Code("\n".join(lines[1:-1] if closed else lines[1:]))
        return
    lines = [line for line in lines if not _is_furniture(line, furniture)]
    if not lines or _is_contents(lines):
        return
    if _ends_in_heading(lines):
        yield from _read_chunk(lines[:-1], before, furniture)
        yield _read_line(lines[-1])
    elif continued := _continue_entry(lines, before):
        yield continued
    elif len(lines) == 1 and _is_markdown_heading(lines[0]):
        text = lines[0].strip().strip("#").strip()
        yield Heading(plain_heading(text), label=text.endswith(":"), sure=True)
    elif _goes_on_code(lines, before):
        yield Code("\n".join(lines))
    elif all(_CELL_BORDER.search(line) for line in lines):
        yield Rows(tuple(cells for line in lines if (cells := _cells(line))))
    elif any(_MARKER.match(line) for line in lines) and not looks_like_code(lines):
        yield from _read_list(lines, furniture)
    elif looks_like_code(lines):
        yield Code("\n".join(lines))
    elif len(lines) > 1 and _is_wrapped(lines):
        yield Paragraph(" ".join(line.strip() for line in lines))
    else:
        yield from (_read_line(line) for line in lines)


def _append(blocks: list[Block], block: Block) -> None:
    last = blocks[-1] if blocks else None
    if isinstance(block, Items) and block.ordered and block.first > 1:
        _append_numbered(blocks, block)
    elif isinstance(block, Items) and isinstance(last, Items) and block.ordered == last.ordered:
        blocks[-1] = Items(block.ordered, last.entries + block.entries, last.first)
    elif isinstance(block, Code) and isinstance(last, Code):
        blocks[-1] = Code(f"{last.text}\n\n{block.text}")
    else:
        blocks.append(block)


def _append_numbered(blocks: list[Block], block: Items) -> None:
    """A list that goes on counting: the paragraphs in between belong to the entry before it."""
    index = len(blocks) - 1
    while index >= 0 and isinstance(blocks[index], Paragraph):
        index -= 1
    last = blocks[index] if index >= 0 else None
    if (
        not isinstance(last, Items)
        or not last.ordered
        or last.first + len(last.entries) != block.first
    ):
        blocks.append(block)
        return
    between = [one.text for one in blocks[index + 1 :] if isinstance(one, Paragraph)]
    entry = " ".join([last.entries[-1], *(text for text in between if is_sentence(text))])
    blocks[index:] = [Items(True, (*last.entries[:-1], entry, *block.entries), last.first)]


def _continue_entry(lines: list[str], before: list[Block]) -> Items | None:
    """An indented paragraph after a list belongs to the list's last entry."""
    if not before or not isinstance(before[-1], Items) or not lines[0].startswith("    "):
        return None
    if any(_MARKER.match(line) for line in lines) or not is_sentence(lines[-1]):
        return None
    if looks_like_code(lines):
        return None
    last = before.pop()
    assert isinstance(last, Items)
    entry = " ".join([last.entries[-1], *(line.strip() for line in lines)])
    return Items(last.ordered, (*last.entries[:-1], entry), last.first)


def _ends_in_heading(lines: list[str]) -> bool:
    """Indented code with the next heading glued to it, as extractors leave it."""
    *code, last = lines
    return (
        bool(code)
        and all(line.startswith(" ") for line in code)
        and not last.startswith(" ")
        and looks_like_code(code)
        and isinstance(_read_line(last), Heading)
    )


def _goes_on_code(lines: list[str], before: list[Block]) -> bool:
    """Indented lines after code are code, whatever they look like."""
    after_code = bool(before) and isinstance(before[-1], Code)
    return after_code and all(line.startswith("    ") for line in lines)


def _read_list(lines: list[str], furniture: frozenset[str]) -> Iterator[Block]:
    ordered, entries, first = False, list[str](), 1
    for line in lines:
        marker = _MARKER.match(line)
        if marker is None:
            if entries:
                entries[-1] += " " + line.strip()
            else:
                yield _read_line(line)
            continue
        if entries and ordered != (marker[3] is not None):
            yield Items(ordered, tuple(entries), first)
            entries = []
        if not entries:
            ordered = marker[3] is not None
            first = int(marker[3]) if ordered and marker[3].isdecimal() else 1
        entry = line[marker.end() :].strip()
        if not _is_furniture(entry, furniture):
            entries.append(entry)
    if entries:
        yield Items(ordered, tuple(entries), first)


def _read_line(line: str) -> Heading | Paragraph | Code:
    text = line.strip()
    if looks_like_code([line]):
        return Code(line)
    bold = re.fullmatch(r"(\*\*|__)(.+?)\1:?", text)
    if bold and _titled(bold[2]):
        return Heading(plain_heading(bold[2]), sure=True)
    words = len(_WORD.findall(text))
    boxed = text.endswith(("...", "…"))  # on a marked page "It has:" only leads to a list
    is_short = words <= (8 if boxed else 5)
    if (boxed or text.endswith(":")) and is_short and _LABEL.fullmatch(text) and _titled(text):
        return Heading(plain_heading(text.rstrip(":.…")), label=True, boxed=boxed, sure=boxed)
    if words <= MAX_HEADING_WORDS and _titled(text) and not PATH.search(text):
        question = text.endswith("?") and words > 1
        if question or (not is_sentence(text) and not text.endswith((";", ",", ":"))):
            return Heading(plain_heading(text))
    return Paragraph(text)


def plain_heading(text: str) -> str:
    """The heading without emphasis, section number and final colon."""
    text = _EMPHASIS.sub(r"\2", text.strip()).rstrip(":")
    return _NUMBERING.sub("", text).strip() or text


def _titled(text: str) -> bool:
    """Begins with a capital (or a script without case, or a number), and holds a word."""
    first = next((char for char in text if char.isalnum()), "")
    begins = bool(first) and not first.islower() and text[0] not in "(&+^=<>{}\\/"
    return begins and bool(re.search(r"[^\W\d_]{2}", text)) and len(text) <= 90


def _is_furniture(line: str, furniture: frozenset[str]) -> bool:
    text = line.strip()
    return text.rstrip(":").casefold() in furniture or bool(_RULE.match(text))


def _is_contents(lines: list[str]) -> bool:
    """A table of contents: section numbers, one a line."""
    return len(lines) > 2 and all(_SECTION_NUMBER.match(line) for line in lines)


def _is_wrapped(lines: list[str]) -> bool:
    lengths = [len(line.strip()) for line in lines[:-1]]
    return sum(lengths) / len(lengths) >= WRAPPED_LINE_CHARS


def _cells(line: str) -> tuple[str, ...]:
    if _TABLE_RULE.match(line):
        return ()
    parts = re.split(r"\t+|(?<!\\)\|", line.strip().strip("|"))
    return tuple(part.strip() for part in parts if part.strip())
