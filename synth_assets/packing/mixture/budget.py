"""How many tokens of every cell each phase takes: pure arithmetic over a release's declaration."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth_assets.errors import ReleaseError
from synth_assets.packing.mixture.sampling import Floats, fill, preferences
from synth_assets.profile.release import Phase, ReleaseProfile

ONE_PHASE = {"main": Phase(share=1.0)}
HALF_TOKEN = 0.5
SPECK = 1e-3
"""Tokens of a release so small that none are lacking but where there are none at all."""
ROUNDING = 1e-9
"""Relative error of the arithmetic, and more."""


@dataclass(frozen=True)
class Cell:
    """A component's documents of one language, found or made; `tokens` are those of one epoch."""

    component: str
    lang: str
    synthetic: bool
    documents: int
    tokens: int


@dataclass(frozen=True)
class Budget:
    """Tokens that each phase takes of each cell: `targets` is (phases, cells). `capacity` is the
    most that may be taken of each cell altogether."""

    cells: tuple[Cell, ...]
    phases: tuple[str, ...]
    targets: NDArray[np.int64]
    capacity: Floats

    @property
    def tokens(self) -> int:
        return int(self.targets.sum())

    def of_component(self, name: str) -> NDArray[np.int64]:
        """Tokens that each phase takes of a component."""
        chosen = [index for index, cell in enumerate(self.cells) if cell.component == name]
        return np.asarray(self.targets[:, chosen].sum(axis=1))


class ShortfallError(Exception):
    """What keeps a budget from being met, as the second half of a sentence."""


class TooSyntheticError(ShortfallError):
    """A language lacks natural tokens."""


def phases_of(release: ReleaseProfile) -> dict[str, Phase]:
    return release.phases or ONE_PHASE


def plan_budget(name: str, release: ReleaseProfile, cells: Sequence[Cell]) -> Budget:
    """The release's tokens by phase and cell.

    Without `tokens` it is the most that weights, epochs and the cap on synthetic text allow.
    Raises ReleaseError for a component that matches nothing, that lacks tokens, or for a language
    that is too synthetic.
    """
    _refuse_empty(name, release, cells)
    arithmetic = _Arithmetic(release, cells)
    try:
        total = release.tokens if release.tokens is not None else arithmetic.most()
        targets = arithmetic.targets(total)
    except ShortfallError as shortfall:
        raise ReleaseError(f"release {name}: {shortfall}") from None
    return Budget(tuple(cells), tuple(phases_of(release)), targets, arithmetic.capacity)


def _refuse_empty(name: str, release: ReleaseProfile, cells: Sequence[Cell]) -> None:
    matched = {cell.component for cell in cells if cell.tokens}
    empty = [component for component in release.components if component not in matched]
    if empty:
        raise ReleaseError(
            f"release {name}: component {empty[0]} matches no document of the deduplicated "
            f"batches that no earlier component takes; change its selectors, or leave it out"
        )


class _Arithmetic:
    def __init__(self, release: ReleaseProfile, cells: Sequence[Cell]) -> None:
        self._release = release
        self._cells = cells
        self._names = list(release.components)
        self._tokens = np.array([cell.tokens for cell in cells], dtype=np.float64)
        self._owner = np.array([self._names.index(cell.component) for cell in cells])
        epochs = np.array([item.max_epochs for item in release.components.values()])
        self.capacity = self._tokens * epochs[self._owner]
        self._weights = self._phase_weights()

    def most(self) -> int:
        """The most tokens that no shortfall keeps back, by bisection; at least one. Raises
        TooSyntheticError where a language without natural tokens would keep nearly all back."""
        limit: ShortfallError | None = None
        low, high = 1, int(self.capacity.sum() + HALF_TOKEN) + 1
        while high - low > 1:
            middle = (low + high) // 2
            try:
                self.targets(middle)
                low = middle
            except ShortfallError as shortfall:
                high, limit = middle, shortfall
        if isinstance(limit, TooSyntheticError):
            self._planned(SPECK, tolerance=SPECK * ROUNDING)
        return low

    def targets(self, total: int) -> NDArray[np.int64]:
        by_phase = self._weights * total
        by_component = by_phase.sum(axis=0)
        planned = self._planned(total, tolerance=HALF_TOKEN)
        shares = by_phase[:, self._owner] / np.maximum(by_component[self._owner], 1e-9)
        return _rounded(np.cumsum(shares, axis=0) * planned)

    def _planned(self, total: float, *, tolerance: float) -> Floats:
        """(cells,) Tokens of all phases."""
        by_component = (self._weights * total).sum(axis=0)
        planned = np.zeros(len(self._cells))
        for component, tokens in enumerate(by_component):
            chosen = np.flatnonzero(self._owner == component)
            planned[chosen] = self._split(component, chosen, tokens)
        self._refuse_lack(by_component, planned)
        return self._capped(planned, tolerance)

    def _phase_weights(self) -> Floats:
        """(phases, components) of shares of the whole, which sum to 1."""
        declared = np.array([item.weight or 0.0 for item in self._release.components.values()])
        capacity = np.bincount(self._owner, self.capacity, len(self._names))
        base = declared if declared.any() else capacity / capacity.sum()
        rows = []
        for phase in phases_of(self._release).values():
            own = np.array([phase.weights.get(name, 0.0) for name in self._names])
            rows.append(phase.share * (own if phase.weights else base))
        return np.array(rows)

    def _split(self, component: int, chosen: NDArray[np.int64], tokens: float) -> Floats:
        """A component's tokens over its cells: by language, within one as they lie."""
        settings = self._release.components[self._names[component]]
        langs = [self._cells[index].lang for index in chosen]
        _, place = np.unique(langs, return_inverse=True)
        sizes = np.bincount(place, self._tokens[chosen]).astype(np.float64)
        wanted = preferences(sizes, settings.sampling, settings.temperature)
        within = self._tokens[chosen] / np.maximum(sizes[place], 1)
        return fill(tokens, wanted[place] * within, self.capacity[chosen])

    def _refuse_lack(self, wanted: Floats, planned: Floats) -> None:
        given = np.bincount(self._owner, planned, len(self._names))
        lacking = [
            f"component {name} lacks {round(wanted[index] - given[index]):,} tokens "
            f"({round(wanted[index]):,} are declared, {self._offer(name)})"
            for index, name in enumerate(self._names)
            if wanted[index] - given[index] > HALF_TOKEN
        ]
        if lacking:
            raise ShortfallError("; ".join(lacking))

    def _offer(self, name: str) -> str:
        cells = [cell for cell in self._cells if cell.component == name]
        documents = sum(cell.documents for cell in cells)
        epochs = self._release.components[name].max_epochs
        tokens = sum(cell.tokens for cell in cells)
        return f"its {documents:,} documents hold {tokens:,} and max_epochs is {epochs:g}"

    def _capped(self, planned: Floats, tolerance: float) -> Floats:
        """Moves tokens of a language from made to found documents of the same component, as far
        as its cap asks."""
        for lang in sorted({cell.lang for cell in self._cells}):
            made = self._where(lang, synthetic=True)
            found = self._where(lang, synthetic=False)
            total = planned[made].sum() + planned[found].sum()
            excess = planned[made].sum() - self._release.max_synthetic.of(lang) * total
            if excess > tolerance:
                movable = self._movable(planned, made, found)
                if movable.sum() < excess - tolerance:
                    raise TooSyntheticError(self._too_synthetic(lang, planned, movable, excess))
                planned = self._moved(planned, made, found, movable * (excess / movable.sum()))
        return planned

    def _movable(
        self, planned: Floats, made: NDArray[np.int64], found: NDArray[np.int64]
    ) -> Floats:
        """(components,) Made tokens in whose place the component has found ones."""
        size = len(self._names)
        room = np.bincount(self._owner[found], (self.capacity - planned)[found], size)
        return np.minimum(np.bincount(self._owner[made], planned[made], size), room)

    def _too_synthetic(self, lang: str, planned: Floats, movable: Floats, excess: float) -> str:
        """What no moving can mend, and what the declaration can."""
        made, found = (self._where(lang, synthetic=synthetic) for synthetic in (True, False))
        total = planned[made].sum() + planned[found].sum()
        least = (planned[made].sum() - movable.sum()) / total
        given = np.bincount(self._owner[made], planned[made], len(self._names))
        full = [name for index, name in enumerate(self._names) if given[index] > movable[index]]
        names = " and ".join(full)
        others = {self._cells[index].component for index in found} - set(full)
        more = f"take more of {' or '.join(sorted(others))}, " if others else ""
        number = round(excess - movable.sum())
        lacking = f" ({number:,} are lacking)" if number else ""
        allowed = math.ceil(least * 1000 - 1e-6) / 1000
        return (
            f"at least {least:.1%} of {lang} would be synthetic and max_synthetic allows "
            f"{self._release.max_synthetic.of(lang):.1%}: in place of its synthetic tokens "
            f"{names} {'have' if len(full) > 1 else 'has'} too few natural ones{lacking}; "
            f"leave {lang} out of `languages` of {names}, {more}"
            f"or set max_synthetic: {{languages: {{{lang}: {allowed:g}}}}}"
        )

    def _moved(
        self,
        planned: Floats,
        made: NDArray[np.int64],
        found: NDArray[np.int64],
        moved: Floats,
    ) -> Floats:
        size = len(self._names)
        planned = planned.copy()
        for cells, sign, measure in ((made, -1, planned), (found, 1, self.capacity - planned)):
            weight = np.maximum(measure[cells], 0)
            per_owner = np.bincount(self._owner[cells], weight, size)
            part = weight / np.maximum(per_owner[self._owner[cells]], 1e-9)
            planned[cells] += sign * part * moved[self._owner[cells]]
        return planned

    def _where(self, lang: str, *, synthetic: bool) -> NDArray[np.int64]:
        return np.array(
            [
                index
                for index, cell in enumerate(self._cells)
                if cell.lang == lang and cell.synthetic is synthetic
            ],
            dtype=np.int64,
        )


def _rounded(cumulative: Floats) -> NDArray[np.int64]:
    """Whole tokens per phase, so that the phases of a cell add up to its rounded total."""
    edges = np.rint(cumulative).astype(np.int64)
    return np.diff(edges, axis=0, prepend=np.zeros((1, edges.shape[1]), dtype=np.int64))
