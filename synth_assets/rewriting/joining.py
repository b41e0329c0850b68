"""Making one text of the texts that a document's passages became."""

import re
from collections.abc import Callable, Sequence
from typing import Literal

VERSION = "1"

JoinName = Literal["documents", "tables"]

_TITLE = re.compile(r"# [^\n]*(?:\n+|$)")
_TABLE = re.compile(r"^\|[^\n]*\|[ \t]*\n\|[ :|-]+\|[ \t]*(?:\n\|[^\n]*\|[ \t]*)*", re.MULTILINE)


def join(name: JoinName, texts: Sequence[str]) -> str:
    return _JOINS[name](texts)


def _documents(texts: Sequence[str]) -> str:
    """One after the other; a title that a later passage repeats is said once."""
    title = _TITLE.match(texts[0])
    parts = [texts[0]]
    for text in texts[1:]:
        repeated = title and text.startswith(title[0].rstrip("\n"))
        parts.append(_TITLE.sub("", text, count=1) if repeated else text)
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _tables(texts: Sequence[str]) -> str:
    """One table where every passage gave one with the same header, the words around it kept in
    order; otherwise as documents."""
    found = [_TABLE.findall(text) for text in texts]
    if any(len(tables) != 1 for tables in found):
        return _documents(texts)
    tables = [tables[0].strip().splitlines() for tables in found]
    if len({_header(table) for table in tables}) > 1:
        return _documents(texts)
    around = [_TABLE.split(text, maxsplit=1) for text in texts]
    merged = "\n".join([*tables[0][:2], *(row for table in tables for row in table[2:])])
    before = _documents([part[0].strip() for part in around])
    after = "\n\n".join(part[1].strip() for part in around if part[1].strip())
    return "\n\n".join(part for part in (before, merged, after) if part)


def _header(table: list[str]) -> tuple[str, ...]:
    return tuple(cell.strip().casefold() for cell in table[0].strip("|").split("|"))


_JOINS: dict[JoinName, Callable[[Sequence[str]], str]] = {
    "documents": _documents,
    "tables": _tables,
}
