"""The sequences of a block: packed anew, and put in the order that the release asks for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from synth_assets.packing.mixture.inventory import Inventory
from synth_assets.packing.mixture.keys import mix, seeded
from synth_assets.packing.plan import Method, Pieces, Plan, plan
from synth_assets.packing.release.blocks import Block

SEVERAL = -1

Rank = Callable[[NDArray[np.int64]], NDArray[np.int64]]
"""The places of some documents, whose numbers ascend."""


@dataclass(frozen=True)
class Sequences:
    """A plan over the inventory's documents. `component` and `epoch` are those of each sequence's
    documents, SEVERAL where they differ."""

    plan: Plan
    component: NDArray[np.int32]
    epoch: NDArray[np.int32]


@dataclass(frozen=True)
class _Draws:
    """The documents of a block, cell after cell; arrays of one entry per document and time."""

    unit: NDArray[np.int64]
    epoch: NDArray[np.int64]
    component: NDArray[np.int32]


def sequences_of(
    block: Block,
    components: Sequence[int],
    inventory: Inventory,
    rank: Rank | None,
    seed: int,
) -> Sequences:
    """The block's sequences; `components` numbers the component of each cell. `rank` gives the
    places of documents where they are not random.

    In random order every component and epoch is packed apart by best fit, so that no document is
    cut that fits and none lies twice in a sequence, and the sequences are shuffled. In any other
    order the documents are laid end to end, epoch after epoch, and cut at every sequence's end:
    neighbours stay together, which best fit would part.
    """
    draws = _draws(block, components)
    if rank is not None:
        return _in_order(draws, inventory, rank, block.capacity)
    parts = [_packed(inventory, group, block.capacity) for group in _groups(draws)]
    if not parts:
        parts = [_nothing(block.capacity)]
    return _shuffled(parts, inventory, block.capacity, seed)


def _draws(block: Block, components: Sequence[int]) -> _Draws:
    sizes = [len(item.unit) for item in block.drawn]
    return _Draws(
        np.concatenate([item.unit for item in block.drawn]),
        np.concatenate([item.epoch for item in block.drawn]),
        np.repeat(np.array(components, dtype=np.int32), sizes),
    )


def _groups(draws: _Draws) -> Iterator[_Draws]:
    """By component and epoch, each in the order of the keys."""
    order = np.lexsort((draws.unit, draws.epoch, draws.component))
    ordered = _Draws(draws.unit[order], draws.epoch[order], draws.component[order])
    changes = (np.diff(ordered.component) != 0) | (np.diff(ordered.epoch) != 0)
    edges = [0, *(np.flatnonzero(changes) + 1).tolist(), len(order)]
    for first, last in pairwise(edges):
        if last > first:
            part = slice(first, last)
            yield _Draws(ordered.unit[part], ordered.epoch[part], ordered.component[part])


def _packed(inventory: Inventory, draws: _Draws, capacity: int) -> Sequences:
    made = _planned(inventory, draws.unit, capacity, "best_fit")
    size = len(made)
    return Sequences(
        made,
        np.full(size, draws.component[0], dtype=np.int32),
        np.full(size, draws.epoch[0], dtype=np.int32),
    )


def _nothing(capacity: int) -> Sequences:
    none = np.empty(0, dtype=np.int32)
    return Sequences(plan(none.astype(np.int64), capacity), none, none)


def _planned(inventory: Inventory, units: NDArray[np.int64], capacity: int, method: Method) -> Plan:
    """A plan whose pieces name the inventory's documents."""
    lengths = inventory.length[units].astype(np.int64)
    made = plan(lengths, capacity, method)
    pieces = made.pieces
    document = units[pieces.document].astype(np.int32)
    return Plan(Pieces(document, pieces.start, pieces.length), made.ends, capacity)


def _shuffled(
    parts: Sequence[Sequences], inventory: Inventory, capacity: int, seed: int
) -> Sequences:
    """All parts' sequences by a key of their first piece, which the seed arranges."""
    pieces = Pieces(
        np.concatenate([part.plan.pieces.document for part in parts]),
        np.concatenate([part.plan.pieces.start for part in parts]),
        np.concatenate([part.plan.pieces.length for part in parts]),
    )
    sizes = np.concatenate([np.diff(part.plan.ends) for part in parts])
    component = np.concatenate([part.component for part in parts])
    epoch = np.concatenate([part.epoch for part in parts])
    firsts = np.cumsum(sizes) - sizes
    places = pieces.start[firsts].astype(np.uint64) + (epoch.astype(np.uint64) << np.uint64(40))
    keys = mix(inventory.key[pieces.document[firsts]] ^ seeded(places, seed))
    order = np.lexsort((component, keys))
    ends = np.concatenate([[0], np.cumsum(sizes[order])])
    rows = np.repeat(firsts[order] - ends[:-1], sizes[order]) + np.arange(len(pieces))
    moved = Pieces(pieces.document[rows], pieces.start[rows], pieces.length[rows])
    return Sequences(Plan(moved, ends, capacity), component[order], epoch[order])


def _in_order(draws: _Draws, inventory: Inventory, rank: Rank, capacity: int) -> Sequences:
    units, where = np.unique(draws.unit, return_inverse=True)
    order = np.lexsort((rank(units)[where], draws.epoch))
    made = _planned(inventory, draws.unit[order], capacity, "concatenate")
    # a chunk's pieces are consecutive draws, so what its first and last share all share only
    # where nothing changes between them
    position = _positions(made, inventory, draws.unit[order])
    return Sequences(
        made,
        _common(draws.component[order], position).astype(np.int32),
        _common(draws.epoch[order], position).astype(np.int32),
    )


def _positions(made: Plan, inventory: Inventory, units: NDArray[np.int64]) -> NDArray[np.int64]:
    """(sequences, 2): the first and the last draw that each sequence has a piece of."""
    ends = np.cumsum(inventory.length[units], dtype=np.int64)
    filled = np.concatenate([[0], np.cumsum(made.pieces.length, dtype=np.int64)])
    edges = filled[made.ends]
    first = np.searchsorted(ends, edges[:-1], side="right")
    last = np.searchsorted(ends, edges[1:] - 1, side="right")
    return np.stack([first, last], axis=1)


def _common(values: NDArray[np.integer], span: NDArray[np.int64]) -> NDArray[np.int64]:
    """The value that all draws of each span share, or SEVERAL."""
    changes = np.concatenate([[0], np.cumsum(np.diff(values) != 0)])
    same = changes[span[:, 0]] == changes[span[:, 1]]
    return np.where(same, values[span[:, 0]], SEVERAL).astype(np.int64)
