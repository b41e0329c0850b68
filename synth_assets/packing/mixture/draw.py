"""Taking documents until a number of tokens is reached, each as often as every other.

A cell's documents stand in a queue in the order of their keys and are taken from its front; when
it is empty it begins anew, which is the next epoch. What a smaller release takes is therefore
the beginning of what a larger one takes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

FITTINGS = 32
"""Documents that are looked for, one after the other, to fill what the last one left."""


@dataclass(frozen=True)
class Drawn:
    """Documents taken in one go; `epoch` counts from 0. Two arrays of the same length."""

    unit: Ints
    epoch: Ints

    @classmethod
    def nothing(cls) -> "Drawn":
        return cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


class Queue:
    """The documents of one cell, numbers `units` with their `lengths` in tokens, all above 0.

    `capacity` is the most tokens that may be taken altogether.
    """

    def __init__(self, units: Ints, lengths: Ints, capacity: float) -> None:
        self._units = units.copy()
        self._lengths = lengths.astype(np.int64)
        self._capacity = capacity
        self._place = 0
        self._epoch = 0
        self.taken = 0

    def take_until(self, total: int) -> Drawn:
        """Take documents until `taken` is as near to the total as whole documents come.

        The queue is taken in order; where the next document is too long for the rest, others of
        this epoch that fit are moved before it, the longest first.
        """
        parts: list[tuple[Ints, int]] = []
        fittings = 0
        while self.taken < total and len(self._units):
            if self._place == len(self._units):
                self._place, self._epoch = 0, self._epoch + 1
            gap = total - self.taken
            count = self._fitting_in_order(gap)
            if not count:
                fittings += 1
                if fittings > FITTINGS or not self._bring_fitting(gap):
                    break
                count = 1
            parts.append(self._advance(count))
        return _joined(parts)

    def _fitting_in_order(self, gap: int) -> int:
        ends = np.cumsum(self._lengths[self._place :])
        return int(np.searchsorted(ends, gap, side="right"))

    def _advance(self, count: int) -> tuple[Ints, int]:
        chosen = slice(self._place, self._place + count)
        self._place += count
        self.taken += int(self._lengths[chosen].sum())
        return self._units[chosen].copy(), self._epoch

    def _bring_fitting(self, gap: int) -> bool:
        """Move to the front the document that brings `taken` nearest to the goal: the longest that
        fits, or else the shortest, where it overshoots by less than the gap; false where none
        does."""
        rest = self._lengths[self._place :]
        fitting = np.where(rest <= gap, rest, 0)
        best = int(fitting.argmax())
        if not fitting[best]:
            best = int(rest.argmin())
            excess = int(rest[best]) - gap
            if excess >= gap or self.taken + int(rest[best]) > self._capacity:
                return False
        self._swap(self._place, self._place + best)
        return True

    def _swap(self, first: int, second: int) -> None:
        for array in (self._units, self._lengths):
            array[[first, second]] = array[[second, first]]


def _joined(parts: list[tuple[Ints, int]]) -> Drawn:
    if not parts:
        return Drawn.nothing()
    epochs = [np.full(len(units), epoch, dtype=np.int64) for units, epoch in parts]
    return Drawn(np.concatenate([units for units, _ in parts]), np.concatenate(epochs))
