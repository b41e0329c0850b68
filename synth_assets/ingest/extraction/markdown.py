"""Blocks as plain Markdown: headings, lists, tables and code keep their structure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from synth_assets.ingest.extraction.blocks import LISTS, Block, Elements
from synth_assets.ingest.extraction.hints import Tag

HEADINGS = {f"h{level}": level for level in range(1, 7)}
INDENT = "  "
MAX_INDENT = 6
MAX_CELL = 250
MAX_BLOCKS = 3
"""A table with a longer block, or a cell of more blocks, is layout, and written as paragraphs."""

_FENCES = re.compile(r"^\s*(`{3,})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Part:
    """`whole` is the list that it is an item of; parts of one list stand without blank lines."""

    text: str
    whole: int = 0


def to_markdown(blocks: Sequence[Block], elements: Elements) -> str:
    """The blocks in order, a blank line between any two that are not items of one list."""
    parts = list(_parts(blocks, elements))
    pieces: list[str] = []
    for before, part in zip([None, *parts], parts, strict=False):
        if before is not None:
            pieces.append("\n" if part.whole and part.whole == before.whole else "\n\n")
        pieces.append(part.text)
    return "".join(pieces).strip()


def _parts(blocks: Sequence[Block], elements: Elements) -> Iterator[_Part]:
    ordinals = _ordinals(elements)
    begun: set[int] = set()
    for (kind, number), group in groupby(blocks, lambda block: _unit(block, elements)):
        same = list(group)
        if kind == "pre":
            yield _Part(_code(same))
        elif kind == "table" and (rows := _data_rows(same, elements)):
            yield _Part(_table(rows))
        elif kind == "li":
            for block in same:
                yield _item(block, number, elements, ordinals, is_first=number not in begun)
                begun.add(number)
        else:
            yield from (_Part(_paragraph(block)) for block in same)


def _unit(block: Block, elements: Elements) -> tuple[str, int]:
    """What a block is written as a part of: its code, table or item of a list, by number."""
    if block.tags & Tag.PRE:
        return "pre", elements.nearest(block.element, {"pre"})
    if block.tags & Tag.TABLE and (table := elements.nearest(block.element, {"table"})):
        return "table", table
    if block.tags & Tag.LIST and block.tag not in HEADINGS:
        item = elements.nearest(block.element, {"li"})
        return ("li", item) if item else ("", 0)
    return "", 0


def _ordinals(elements: Elements) -> dict[int, int]:
    """Places of the items of numbered lists, from 1."""
    counts: dict[int, int] = {}
    ordinals = {}
    for number, tag in enumerate(elements.tag):
        parent = elements.parent[number]
        if tag == "li" and parent >= 0 and elements.tag[parent] == "ol":
            counts[parent] = ordinals[number] = counts.get(parent, 0) + 1
    return ordinals


def _item(
    block: Block, item: int, elements: Elements, ordinals: dict[int, int], *, is_first: bool
) -> _Part:
    inner = outer = elements.nearest(item, LISTS)
    depth = 0
    while depth < MAX_INDENT and (above := elements.nearest(elements.parent[outer], LISTS)):
        outer, depth = above, depth + 1
    mark = f"{ordinals[item]}. " if item in ordinals else "- "
    lead = INDENT * depth + (mark if is_first else " " * len(mark))
    return _Part(lead + " ".join(block.text.split()), outer or inner)


def _paragraph(block: Block) -> str:
    if level := HEADINGS.get(block.tag):
        return "#" * level + " " + " ".join(block.text.split())
    return block.text


def _code(blocks: Sequence[Block]) -> str:
    lines = [line.rstrip() for block in blocks for line in block.text.splitlines()]
    code = "\n".join(lines).strip("\n")
    longest = max((len(fence) for fence in _FENCES.findall(code)), default=2)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}\n{code}\n{fence}"


def _data_rows(blocks: Sequence[Block], elements: Elements) -> list[list[str]] | None:
    """The cells of a table by row; None where it is layout."""
    rows: dict[int, dict[int, list[str]]] = {}
    for block in blocks:
        row = elements.nearest(block.element, {"tr"})
        cell = elements.nearest(block.element, {"td", "th"})
        texts = rows.setdefault(row, {}).setdefault(cell, [])
        texts.append(" ".join(block.text.split()).replace("|", "\\|"))
        if block.length >= MAX_CELL or len(texts) > MAX_BLOCKS:
            return None
    return [[" ".join(texts) for texts in row.values()] for row in rows.values()]


def _table(rows: list[list[str]]) -> str:
    """Rows between pipes, the first as the head; a single row or column as lines of text."""
    width = max(len(row) for row in rows)
    if len(rows) == 1 or width == 1:
        return "\n".join(" | ".join(row) for row in rows)
    padded = [row + [""] * (width - len(row)) for row in rows]
    lines = [padded[0], ["---"] * width, *padded[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
