"""A parsed page as a flat list of text blocks, each with its place in the tree.

The tree is read from its own serialisation, in one pass: it is well formed, `<` and `>` stand in
marks alone (HTML standard, serialising HTML fragments), and visiting the nodes of resiliparse one
by one from Python would cost many times as much.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth_assets.ingest.extraction.hints import Tag

Numbers = NDArray[np.int64]

_NAME = re.compile(rb"[^\s/>]+")

LISTS = frozenset({"ul", "ol", "dl"})
GROUPS = LISTS | {"table"}
MAX_UP = 64
"""Steps that are taken up the tree from a block, so that no nesting makes them many."""


@dataclass(frozen=True, slots=True)
class Elements:
    """The block elements in document order; 0 is the page itself, the parent of all.

    Those inside element n are n + 1 to `end[n]`, exclusive. `hint` are `Hint` bits of its own.
    """

    tag: list[str]
    parent: list[int]
    end: list[int]
    hint: list[int]

    def __len__(self) -> int:
        return len(self.tag)

    def nearest(self, number: int, tags: Container[str]) -> int:
        """The element itself or the nearest above it with one of the tags; 0 where there is none
        within `MAX_UP` steps."""
        for _ in range(MAX_UP):
            if number <= 0 or self.tag[number] in tags:
                break
            number = self.parent[number]
        else:
            return 0
        return max(number, 0)


@dataclass(frozen=True, slots=True)
class _Source:
    """The bytes of a page, and its tokens."""

    data: bytes
    tokens: Numbers

    def text(self, first: int, last: int) -> str:
        """What stands in some tokens, escapes as they are, NUL for a line break."""
        from synth_assets.ingest.extraction.marks import BREAK, TEXT

        parts = []
        for kind, start, stop in self.tokens[first : last + 1, :3].tolist():
            if kind == TEXT:
                parts.append(self.data[start:stop])
            elif kind == BREAK:
                parts.append(b"\0")
        return b"".join(parts).decode("utf-8", "replace")


@dataclass(slots=True)
class Block:
    """A run of text without a block boundary.

    `element` is the number of the nearest block element, `tags` are `Tag` bits. `length` counts
    characters, those of scripts that write a word in fewer of them double; `linked` is the part of
    it in links. `key` is equal where texts are. `text` is made when it is asked for, of the tokens
    `first` to `last` of its source.
    """

    element: int
    tag: str
    tags: int
    length: int
    linked: int
    punctuation: int
    key: int
    source: "_Source"
    first: int
    last: int

    @property
    def text(self) -> str:
        """White space collapsed, breaks as line ends; as it stands where it is preformatted."""
        text = unescape(self.source.text(self.first, self.last))
        if self.tags & Tag.PRE:
            return text.replace("\0", "\n").strip("\n")
        lines = (" ".join(line.split()) for line in text.split("\0"))
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Page:
    """The blocks and elements of a page. The arrays have one number per block: what `Block` says,
    and in `ends_sentence` and `is_notice` whether its last character ends a sentence and whether it
    speaks of copyright."""

    blocks: list[Block]
    elements: Elements
    own: Numbers
    tags: Numbers
    length: Numbers
    linked: Numbers
    punctuation: Numbers
    ends_sentence: NDArray[np.bool_]
    is_notice: NDArray[np.bool_]

    def within(self, element: int) -> NDArray[np.bool_]:
        """Blocks in an element."""
        found: NDArray[np.bool_] = self.own >= element
        return found & (self.own < self.elements.end[element])

    def is_tag(self, *tags: str) -> NDArray[np.bool_]:
        """Blocks whose nearest element has one of the tags."""
        return np.array([block.tag in tags for block in self.blocks], bool)


def read_blocks(html: str) -> Page:
    """Blocks and elements of a serialised body. Time and memory are linear in its length."""
    from synth_assets.ingest.extraction import scan

    data = html.encode("utf-8", "replace")
    array = np.frombuffer(data, np.uint8)
    tokens, names = _tokens(data, array)
    tree = np.zeros((len(tokens) + 1, scan.ELEMENT_COLUMNS), np.int64)
    rows = np.zeros((len(tokens) + 1, scan.BLOCK_COLUMNS), np.int64)
    keys = np.zeros(len(tokens) + 1, np.uint64)
    size, count = scan.build(array, tokens, names, Tag.PRE, tree, rows, keys)
    elements = _elements(data, tree[:size], tokens, names)
    return _page(_Source(data, tokens), rows[:count], keys[:count], elements, tree[:, scan.TAGS])


def _tokens(data: bytes, array: NDArray[np.uint8]) -> tuple[Numbers, NDArray[np.uint64]]:
    from synth_assets.ingest.extraction import marks

    most = 2 * data.count(b"<") + 1
    tokens = np.empty((most, marks.TOKEN_COLUMNS), np.int64)
    names = np.empty(most, np.uint64)
    count = marks.find_tokens(array, _tables(), tokens, names)
    return tokens[:count], names[:count]


@cache
def _tables() -> Any:
    from synth_assets.ingest.extraction.marks import make_tables

    return make_tables()


def _elements(data: bytes, tree: Numbers, tokens: Numbers, names: NDArray[np.uint64]) -> Elements:
    from synth_assets.ingest.extraction.marks import BEGIN, HINT
    from synth_assets.ingest.extraction.scan import LAST, PARENT, SAID

    said = tree[1:, SAID]
    begins, keys = tokens[said, BEGIN].tolist(), names[said].tolist()
    known = dict(zip(keys, begins, strict=True))
    tags = {key: _name_at(data, begin + 1) for key, begin in known.items()}
    return Elements(
        tag=["body", *(tags[key] for key in keys)],
        parent=tree[:, PARENT].tolist(),
        end=tree[:, LAST].tolist(),
        hint=[0, *tokens[said, HINT].tolist()],
    )


def _name_at(data: bytes, at: int) -> str:
    found = _NAME.match(data, at)
    return found[0].decode("utf-8", "replace") if found else ""


def _page(
    source: _Source, rows: Numbers, keys: NDArray[np.uint64], elements: Elements, above: Numbers
) -> Page:
    from synth_assets.ingest.extraction.scan import ENDS, FLAGS, NOTICE, OWNER

    own, flags = rows[:, OWNER], rows[:, FLAGS]
    tags = above[own]
    blocks = [
        Block(own, elements.tag[own], tags, length, linked, marks, key, source, first, last)
        for (first, last, own, length, linked, marks, _), tags, key in zip(
            rows.tolist(), tags.tolist(), keys.tolist(), strict=True
        )
    ]
    _, _, _, length, linked, marks, _ = rows.T
    return Page(
        blocks, elements, own, tags, length, linked, marks, flags & ENDS > 0, flags & NOTICE > 0
    )
