"""What is known of each block, as numbers: its text, its neighbours, its place, its names."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synth_assets.ingest.extraction.blocks import Block, Elements, Page
from synth_assets.ingest.extraction.container import MAX_LINKED, Container
from synth_assets.ingest.extraction.hints import Hint, Tag, bits_of

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]

PARAGRAPH = 80
"""Characters from which a block counts as running text."""

FAR = 6
KINDS = ("p", "li", "heading", "cell", "pre", "div")
DIV = KINDS.index("div")
_KIND_OF = {
    "p": 0,
    **dict.fromkeys(("li", "dd", "dt"), 1),
    **{f"h{level}": 2 for level in range(1, 7)},
    **dict.fromkeys(("td", "th", "caption"), 3),
    "pre": 4,
}
_TAGS = {name: bit for name, bit in bits_of(Tag).items() if bit != Tag.PRE}
_AROUND = bits_of(Hint)
_NEAR = {name: bit for name, bit in _AROUND.items() if bit not in (Hint.SIDE, Hint.FOOT)}

TEXT = (
    "length",
    "paragraph",
    "long",
    "short",
    "marks",
    "no marks",
    "linked",
    "all linked",
    "linked line",
    "linked item",
    "first",
    "ends",
    "copyright",
    "h1",
)
PLACE = (
    "inside",
    "one out",
    "two out",
    "out",
    "before",
    "after",
    "lead",
    "tail",
    "lead inside",
    "tail inside",
    "before h1",
    "at top",
    "links in parent",
    "links in grandparent",
    "text in parent",
    "text in grandparent",
    "text in own",
)
NEIGHBOURS = (
    "length before",
    "length after",
    "links before",
    "links after",
    "paragraph before",
    "paragraph after",
    "paragraph two before",
    "paragraph two after",
)
NAMES = (
    *TEXT,
    *PLACE,
    *NEIGHBOURS,
    *(f"is {kind}" for kind in KINDS),
    *(f"in {name}" for name in _TAGS),
    *(f"around {name}" for name in _AROUND),
    *(f"near {name}" for name in _NEAR),
)
"""Names of the columns."""


def features(page: Page, container: Container) -> Matrix:
    """One row per block, one column per name in `NAMES`; shares, logarithms, zeros and ones."""
    share = page.linked / page.length
    is_text = (page.length >= PARAGRAPH) & (share < MAX_LINKED)
    text = _text(page, share)
    place = _place(page, container, is_text & (page.punctuation > 0))
    dense = [*text, *place, *_neighbours(text[0], share, is_text.astype(float))]
    kind = np.array([_KIND_OF.get(block.tag, DIV) for block in page.blocks])
    bits = [
        page.tags[:, None] & np.array(list(_TAGS.values())),
        np.array(container.around)[page.own, None] & np.array(list(_AROUND.values())),
        np.array(container.near)[page.own, None] & np.array(list(_NEAR.values())),
    ]
    kinds = kind[:, None] == np.arange(len(KINDS))
    return np.hstack([np.array(dense, float).T, kinds, *(found > 0 for found in bits)])


def _text(page: Page, share: Matrix) -> list[Matrix]:
    length, marks, count = page.length, page.punctuation, len(page.blocks)
    return [
        np.log1p(length),
        length >= PARAGRAPH,
        length >= 250,
        length < 30,
        np.log1p(marks),
        marks == 0,
        share,
        share > 0.9,
        (share > 0.4) & (length < 120),
        (page.tags & Tag.LIST > 0) & (share > 0.5),
        1 - np.arange(count) / count,
        page.ends_sentence,
        page.is_notice,
        page.is_tag("h1"),
    ]


def _place(page: Page, container: Container, is_text: Flags) -> list[Matrix]:
    own, elements, count = page.own, page.elements, len(page.blocks)
    out = _steps_out(page, container.chain)
    order, inside = np.arange(count), out == 0
    running = np.flatnonzero(inside & is_text)
    first, last = _ends(np.flatnonzero(inside), count)
    first_text, last_text = (running[0], running[-1]) if len(running) else (-1, count)
    lead, tail = order < first_text, order > last_text
    parents = np.maximum(np.array(elements.parent), 0)
    parent = parents[own]
    above = parents[parent]
    sums = np.array([page.length * is_text, page.linked, page.length])
    text, links, all_text = _sums(own, elements, sums)
    return [
        inside,
        out == 1,
        out == 2,
        out / FAR,
        order < first,
        order > last,
        lead,
        tail,
        lead & inside,
        tail & inside,
        order < _headline(page.blocks, max(first_text, first)),
        parent == 0,
        links[parent] / np.maximum(all_text[parent], 1),
        links[above] / np.maximum(all_text[above], 1),
        text[parent] / max(text[0], 1),
        text[above] / max(text[0], 1),
        text[own] / max(text[0], 1),
    ]


def _steps_out(page: Page, chain: list[int]) -> NDArray[np.intp]:
    """How far up the chain the first element lies that holds each block, at most `FAR`."""
    out = np.full(len(page.blocks), FAR)
    for steps in range(min(FAR, len(chain)) - 1, -1, -1):
        out[page.within(chain[steps])] = steps
    return out


def _ends(places: NDArray[np.intp], count: int) -> tuple[int, int]:
    return (int(places[0]), int(places[-1])) if len(places) else (0, count)


def _headline(blocks: Sequence[Block], first_text: int) -> int:
    """Place of the last h1 before the running text; 0 where there is none."""
    heads = (place for place in range(first_text, -1, -1) if blocks[place].tag == "h1")
    return next(heads, 0)


def _sums(own: NDArray[np.intp], elements: Elements, values: Matrix) -> Matrix:
    """Sums over all blocks in each element: elements are numbered in document order, so that those
    within one stand next to each other."""
    count = len(elements)
    each = [np.bincount(own, weights=row, minlength=count) for row in values]
    before = np.hstack([np.zeros((len(values), 1)), np.cumsum(each, axis=1)])
    found: Matrix = before[:, np.array(elements.end)] - before[:, :count]
    return found


def _neighbours(log_length: Matrix, share: Matrix, is_text: Matrix) -> list[Matrix]:
    return [
        _shift(log_length, 1, 0),
        _shift(log_length, -1, 0),
        _shift(share, 1, 1),
        _shift(share, -1, 1),
        _shift(is_text, 1, 0),
        _shift(is_text, -1, 0),
        _shift(is_text, 2, 0),
        _shift(is_text, -2, 0),
    ]


def _shift(values: Matrix, by: int, edge: float) -> Matrix:
    shifted = np.full_like(values, edge)
    if by > 0:
        shifted[by:] = values[:-by]
    else:
        shifted[:by] = values[-by:]
    return shifted
