"""What a release holds, as tables: by component and phase, by language, by prefix."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.packing.mixture.budget import Budget
from synth_assets.packing.mixture.inventory import Inventory
from synth_assets.packing.release.blocks import Block, realised


class Composition:
    """Counts of the documents that were drawn; tokens include end-of-text tokens."""

    def __init__(self, inventory: Inventory, budget: Budget, blocks: Sequence[Block]) -> None:
        self._inventory = inventory
        self._budget = budget
        self._blocks = blocks
        self._tokens = realised(inventory, len(budget.cells), blocks)
        self.times = np.zeros(len(inventory), dtype=np.int32)
        for block in blocks:
            for item in block.drawn:
                np.add.at(self.times, item.unit, 1)

    @property
    def tokens(self) -> int:
        return int(self._tokens.sum())

    @property
    def documents(self) -> int:
        return int((self.times > 0).sum())

    def by_phase(self) -> dict[str, int]:
        """Tokens of each phase."""
        every = list(range(len(self._budget.cells)))
        return {phase: self._sum(every, phase=phase) for phase in self._budget.phases}

    def components(self) -> pl.DataFrame:
        """A row per component and phase: tokens declared and realised, the share of all tokens,
        and the epochs of the component's documents that the phase takes."""
        rows = []
        for component in dict.fromkeys(cell.component for cell in self._budget.cells):
            chosen = self._cells(component=component)
            size = sum(self._budget.cells[index].tokens for index in chosen)
            for number, phase in enumerate(self._budget.phases):
                tokens = self._sum(chosen, phase=phase)
                rows.append(
                    {
                        "component": component,
                        "phase": phase,
                        "declared_tokens": int(self._budget.targets[number, chosen].sum()),
                        "tokens": tokens,
                        "share": _ratio(tokens, self.tokens),
                        "epochs": _ratio(tokens, size),
                        "documents": self._distinct(chosen, phase),
                    }
                )
        return pl.DataFrame(rows)

    def languages(self) -> pl.DataFrame:
        """A row per language, the largest first; `synthetic` is the share of its tokens."""
        rows = []
        for lang in sorted({cell.lang for cell in self._budget.cells}):
            chosen = self._cells(lang=lang)
            made = [index for index in chosen if self._budget.cells[index].synthetic]
            tokens = self._sum(chosen)
            row = {"lang": lang, "tokens": tokens, "share": _ratio(tokens, self.tokens)}
            rows.append(row | {"synthetic": _ratio(self._sum(made), tokens)})
        return pl.DataFrame(rows).sort("tokens", "lang", descending=[True, False])

    def prefix(self, until: float) -> dict[str, object]:
        """Tokens of a nested prefix, and the share of each component in it."""
        own = [n for n, block in enumerate(self._blocks) if block.prefix <= until]
        tokens = int(self._tokens[own].sum())
        shares = {
            component: _ratio(
                int(self._tokens[np.ix_(own, self._cells(component=component))].sum()), tokens
            )
            for component in dict.fromkeys(cell.component for cell in self._budget.cells)
        }
        return {"prefix": until, "tokens": tokens, "shares": shares}

    def _cells(self, component: str | None = None, lang: str | None = None) -> list[int]:
        return [
            index
            for index, cell in enumerate(self._budget.cells)
            if component in (None, cell.component) and lang in (None, cell.lang)
        ]

    def _sum(self, cells: list[int], phase: str | None = None) -> int:
        own = [n for n, block in enumerate(self._blocks) if phase in (None, block.phase)]
        return int(self._tokens[np.ix_(own, cells)].sum())

    def _distinct(self, cells: list[int], phase: str) -> int:
        seen: NDArray[np.bool_] = np.zeros(len(self._inventory), dtype=np.bool_)
        for block in self._blocks:
            if block.phase == phase:
                for index in cells:
                    seen[block.drawn[index].unit] = True
        return int(seen.sum())


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0
