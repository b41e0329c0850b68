"""Which blocks are main text: a linear score over what is known of each, then four plain rules."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import orjson
from numpy.typing import NDArray

from synth_assets.ingest.extraction.blocks import GROUPS, Block, Page
from synth_assets.ingest.extraction.container import CHROME, Container, find_container
from synth_assets.ingest.extraction.features import NAMES, Matrix, features
from synth_assets.ingest.extraction.hints import Hint, Tag
from synth_assets.ingest.extraction.versions import WEIGHTS

Flags = NDArray[np.bool_]

TABLE_SCORE = -0.5
HEADING_SCORE = -1.5
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
MIN_REPEATED = 40
LONG = 250
"""A list or table with a block of so many characters is layout: its parts differ. So is one around
the container."""


@cache
def load_weights() -> tuple[Matrix, float]:
    """The weights in the order of `NAMES`, and the bias."""
    values = orjson.loads(WEIGHTS.read_bytes())
    return np.array([values[name] for name in NAMES]), values["bias"]


def choose(page: Page) -> list[Block]:
    """The blocks of the main text."""
    if not page.blocks:
        return []
    container = find_container(page)
    weights, bias = load_weights()
    return decide(page, container, features(page, container) @ weights + bias)


def decide(page: Page, container: Container, scores: Matrix) -> list[Block]:
    """Blocks with a positive score, but: in the container its headline, code and the headings of
    kept text stay, and a table needs less; a list or table is kept or left as a whole; no comments
    beside the container; and outside it nothing that stands elsewhere with a better score. Where no
    paragraph voted for a container, or nothing is left, it is all that is no chrome and not mostly
    links."""
    inside = page.within(container.chain[0])
    comments = are_comments(page, container)
    kept = scores > np.where(inside & (page.tags & Tag.TABLE > 0), TABLE_SCORE, 0)
    kept |= inside & ((page.tags & Tag.PRE > 0) | page.is_tag("h1"))
    kept = _whole_groups(page, kept, container) & ~comments
    kept = _with_headings(page.blocks, kept, inside & (scores > HEADING_SCORE))
    if container.votes == 0 or not kept.any():
        kept = ~comments & [_is_plain(block, container) for block in page.blocks]
    kept = _without_repeats(page.blocks, kept, inside, scores)
    return [page.blocks[place] for place in np.flatnonzero(kept).tolist()]


def _with_headings(blocks: Sequence[Block], kept: Flags, allowed: Flags) -> Flags:
    for place in range(len(blocks) - 2, -1, -1):
        if blocks[place].tag in HEADINGS and allowed[place]:
            kept[place] |= kept[place + 1]
    return kept


def are_comments(page: Page, container: Container) -> Flags:
    """Blocks outside the container that stand in something named a comment."""
    named = np.array(container.around)[page.own] & Hint.COMMENT > 0
    return named & ~page.within(container.chain[0])


def _is_plain(block: Block, container: Container) -> bool:
    is_chrome = block.tags & CHROME or container.near[block.element] & Hint.NAV
    return not is_chrome and block.linked * 2 <= block.length


def _whole_groups(page: Page, kept: Flags, container: Container) -> Flags:
    around = set(container.chain)
    members: dict[int, list[int]] = {}
    for place in np.flatnonzero(page.tags & (Tag.LIST | Tag.TABLE)).tolist():
        group = page.elements.nearest(page.blocks[place].element, GROUPS)
        members.setdefault(group, []).append(place)
    for group, places in members.items():
        length = page.length[places]
        if length.max() < LONG and group not in around:
            kept[places] = 2 * length[kept[places]].sum() >= length.sum()
    return kept


def _without_repeats(blocks: Sequence[Block], kept: Flags, inside: Flags, scores: Matrix) -> Flags:
    """Within the container a text may repeat: two functions of a manual share a parameter."""
    best: dict[int, int] = {}
    for place in sorted(np.flatnonzero(kept).tolist(), key=lambda place: -scores[place]):
        block = blocks[place]
        if block.length >= MIN_REPEATED:
            kept[place] = best.setdefault(block.key, place) == place or inside[place]
    return kept
