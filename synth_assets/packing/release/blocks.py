"""The documents of every block of a release: what one phase adds to one nested prefix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth_assets.errors import ReleaseError
from synth_assets.packing.mixture.budget import Budget, phases_of
from synth_assets.packing.mixture.draw import Drawn, Queue
from synth_assets.packing.mixture.inventory import Inventory
from synth_assets.profile.release import ReleaseProfile

TOLERANCE = 0.005
"""How far, relative to what was declared, a component may be off in a phase."""


@dataclass(frozen=True)
class Block:
    """What a phase adds to a prefix; `drawn` are the documents of each cell, in order."""

    phase: str
    prefix: float
    capacity: int
    drawn: tuple[Drawn, ...]

    @property
    def folder(self) -> str:
        return f"{self.phase}/{self.prefix:g}"


def prefixes_of(release: ReleaseProfile) -> list[float]:
    """Shares of the release that are releases of their own, the whole last."""
    return sorted({*release.prefixes, 1.0})


def draw_blocks(
    name: str, release: ReleaseProfile, inventory: Inventory, budget: Budget, capacity: int
) -> list[Block]:
    """Documents for every block, prefix by prefix and in each phase by phase.

    So a prefix holds what its phases take first, and a larger one all that a smaller one holds.
    `capacity` is the length of the sequences of a phase that names none.
    Raises ReleaseError where whole documents come no nearer to what was declared.
    """
    queues = _queues(inventory, budget)
    phases = phases_of(release)
    wanted = np.zeros(len(queues), dtype=np.int64)
    drawn: list[Block] = []
    before = np.zeros_like(budget.targets)
    for prefix in prefixes_of(release):
        until = np.rint(budget.targets * prefix).astype(np.int64)
        for number, (phase, settings) in enumerate(phases.items()):
            added = until[number] - before[number]
            wanted = wanted + added
            taken = _take(budget, queues, wanted, added)
            drawn.append(Block(phase, prefix, settings.sequence_length or capacity, taken))
        before = until
    _refuse_inexact(name, inventory, budget, drawn)
    return drawn


def _take(
    budget: Budget, queues: Sequence[Queue], wanted: NDArray[np.int64], added: NDArray[np.int64]
) -> tuple[Drawn, ...]:
    """The documents of a block: of every cell it adds to, until as many tokens are taken in all as
    `wanted`. What one cell misses, less than a document, the component's next one makes up for."""
    missing: dict[str, int] = {}
    taken = []
    for number, (cell, queue) in enumerate(zip(budget.cells, queues, strict=True)):
        if not added[number]:
            taken.append(Drawn.nothing())
            continue
        goal = int(wanted[number]) + missing.get(cell.component, 0)
        taken.append(queue.take_until(int(min(goal, budget.capacity[number]))))
        missing[cell.component] = goal - queue.taken
    return tuple(taken)


def _queues(inventory: Inventory, budget: Budget) -> list[Queue]:
    queues = []
    for number in range(len(budget.cells)):
        units = np.flatnonzero(inventory.cell == number)
        lengths = inventory.length[units].astype(np.int64)
        queues.append(Queue(units, lengths, float(budget.capacity[number])))
    return queues


def realised(inventory: Inventory, cells: int, blocks: Sequence[Block]) -> NDArray[np.int64]:
    """(blocks, cells) of tokens."""
    return np.array(
        [
            [inventory.length[item.unit].sum(dtype=np.int64) for item in block.drawn]
            for block in blocks
        ],
        dtype=np.int64,
    ).reshape(len(blocks), cells)


def _refuse_inexact(
    name: str, inventory: Inventory, budget: Budget, blocks: Sequence[Block]
) -> None:
    tokens = realised(inventory, len(budget.cells), blocks)
    for component in dict.fromkeys(cell.component for cell in budget.cells):
        chosen = [n for n, cell in enumerate(budget.cells) if cell.component == component]
        declared = budget.of_component(component)
        for number, phase in enumerate(budget.phases):
            own = [n for n, block in enumerate(blocks) if block.phase == phase]
            made = int(tokens[np.ix_(own, chosen)].sum())
            if abs(made - declared[number]) > TOLERANCE * declared[number]:
                raise ReleaseError(
                    f"release {name}: component {component} has {made:,} tokens in phase {phase} "
                    f"where {declared[number]:,} are declared, off by more than {TOLERANCE:.1%}, "
                    f"because no whole documents come nearer; ask for more tokens or for a "
                    f"component of more documents"
                )
