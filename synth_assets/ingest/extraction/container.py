"""The element that most of a page's running text lies in, and what surrounds it.

The idea is that of Readability (Arc90, 2009): paragraphs vote for their parent, and with less
weight for its parent. Here an article speaks for itself alone, not for the list of articles that
it may be a teaser in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.ingest.extraction.blocks import Block, Elements, Page
from synth_assets.ingest.extraction.hints import Hint, Tag

MIN_PARAGRAPH = 60
MAX_VOTE = 600
MAX_LINKED = 1 / 3
CHROME = Tag.NAV | Tag.FOOTER | Tag.ASIDE | Tag.FORM
WHOLE = frozenset({"div", "section", "article", "td", "main", "body"})
"""Elements that may hold running text without a paragraph element."""

MIN_SHARE = 0.5
SECTIONS = frozenset({"div", "section"})


@dataclass(frozen=True, slots=True)
class Container:
    """`chain` is the container, its parent and so on up to the page. `around` and `near` are
    `Hint` bits by element: of all elements above it, and of itself and the next above. Elements of
    the chain hold the main text whatever else they hold: their names tell nothing. `votes` are
    those for the container."""

    votes: float
    chain: list[int]
    around: list[int]
    near: list[int]


def find_container(page: Page) -> Container:
    """The container of a page; the page itself where no paragraph votes."""
    elements = page.elements
    weights = [_weight(block, elements) for block in page.blocks]
    votes = _votes(page.blocks, weights, elements)
    best = max(range(len(elements)), key=votes.__getitem__)
    chain = [_whole(_around_data(best, page), _Held.of(page, weights), elements)]
    while elements.parent[chain[-1]] >= 0:
        chain.append(elements.parent[chain[-1]])
    return _with_hints(votes[best], chain, elements)


@dataclass(frozen=True, slots=True)
class _Held:
    """Sums of weights over the blocks of all elements before each, and the elements' ends."""

    before: list[float]
    end: list[int]

    @classmethod
    def of(cls, page: Page, weights: Sequence[float]) -> "_Held":
        sums = np.bincount(page.own, weights, minlength=len(page.elements))
        return cls([0.0, *np.cumsum(sums).tolist()], page.elements.end)

    def by(self, number: int) -> float:
        """Weight of the blocks in an element."""
        return self.before[self.end[number]] - self.before[number]


def _whole(number: int, held: _Held, elements: Elements) -> int:
    """The element itself or the first above it that holds `MIN_SHARE` of all votes; and beyond,
    while a sibling of its tag and hints votes too: the sections of a manual vote for themselves."""
    while number > 0 and held.by(number) < MIN_SHARE * held.by(0):
        number = elements.parent[number]
    while number > 0 and elements.tag[number] in SECTIONS and _has_like(number, held, elements):
        number = elements.parent[number]
    return number


def _has_like(number: int, held: _Held, elements: Elements) -> bool:
    outer, kind = elements.parent[number], (elements.tag[number], elements.hint[number])
    other = outer + 1
    while other < elements.end[outer]:
        is_like = (elements.tag[other], elements.hint[other]) == kind
        if is_like and other != number and held.by(other) > 0:
            return True
        other = elements.end[other]
    return False


def _around_data(number: int, page: Page) -> int:
    """What holds the table, where the container is a cell, row or all of a table of data: one
    whose other cells hold most of its text."""
    table = page.elements.nearest(number, {"table"})
    if not table:
        return number
    of_container, of_table = (int(page.length[page.within(one)].sum()) for one in (number, table))
    is_data = number == table or 2 * of_container < of_table
    return max(page.elements.parent[table], 0) if is_data else number


def _votes(blocks: Sequence[Block], weights: Sequence[float], elements: Elements) -> list[float]:
    votes = [0.0] * len(elements)
    for block, weight in zip(blocks, weights, strict=True):
        if not weight:
            continue
        if block.tag in WHOLE:
            votes[block.element] += 0.5 * weight
        parent = elements.parent[block.element]
        if parent >= 0:
            votes[parent] += weight
            above = elements.parent[parent]
            if above >= 0 and elements.tag[parent] not in {"article", "li"}:
                votes[above] += 0.45 * weight
    return votes


def _weight(block: Block, elements: Elements) -> float:
    if not is_paragraph(block, MIN_PARAGRAPH) or block.tags & CHROME or block.tag == "li":
        return 0.0
    weight = min(block.length, MAX_VOTE) * (1.0 if block.punctuation else 0.3)
    return weight * (0.25 if _is_aside(block.element, elements) else 1.0)


def is_paragraph(block: Block, min_length: int) -> bool:
    """Whether a block is long enough and little of it is link."""
    return block.length >= min_length and block.linked < MAX_LINKED * block.length


def _is_aside(number: int, elements: Elements) -> bool:
    for _ in range(3):
        if number < 0:
            break
        if elements.hint[number] & (Hint.COMMENT | Hint.RELATED):
            return True
        number = elements.parent[number]
    return False


def _with_hints(votes: float, chain: list[int], elements: Elements) -> Container:
    on_chain = set(chain)
    around, near = [0] * len(elements), [0] * len(elements)
    for number in range(1, len(elements)):
        if number not in on_chain:
            parent, own = elements.parent[number], elements.hint[number]
            around[number] = around[parent] | own
            near[number] = own | (0 if parent in on_chain else elements.hint[parent])
    return Container(votes, chain, around, near)
