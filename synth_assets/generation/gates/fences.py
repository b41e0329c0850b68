"""Fenced code in Markdown, for gates that look at code, or beside it."""

import re
from dataclasses import dataclass, field

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
INLINE_CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>[^\n]*?[^`\n])(?P=ticks)(?!`)")


@dataclass(slots=True)
class Fences:
    """Lines outside fences, the text of each fenced block, and the fence that never closes."""

    outside: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    left_open: str = ""


def split_fences(text: str) -> Fences:
    """A fence closes with one of its own kind, as long or longer (CommonMark)."""
    found = Fences()
    block: list[str] = []
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if not found.left_open:
            if mark:
                found.left_open, block = mark[1], []
            else:
                found.outside.append(line)
        elif mark and mark[1].startswith(found.left_open) and not line.strip().strip(mark[1][0]):
            found.left_open = ""
            found.blocks.append("\n".join(block))
        else:
            block.append(line)
    return found


def prose(text: str) -> str:
    """The text without fenced and inline code."""
    return INLINE_CODE.sub(" ", "\n".join(split_fences(text).outside))
