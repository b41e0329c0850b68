"""Keys and values of the sources in a batch of translations, in buffers with room."""

from collections.abc import Sequence

import torch

from synth_assets.generation.engines.local.slots import MASKED

SLACK = 32
"""Columns beyond the longest source, so that somewhat longer ones need no new buffers."""

States = tuple[torch.Tensor, torch.Tensor]
"""Keys and values, (rows, heads, columns, head size)."""


class SourceCache:
    """A source begins in the first column and never grows; `lengths` are those of the live rows."""

    def __init__(self, slots: int, device: torch.device) -> None:
        self._slots = slots
        self._device = device
        self._buffers: list[States] = []
        self.lengths: list[int] = []

    def admit(self, layers: Sequence[States], lengths: Sequence[int]) -> None:
        """Sources behind the live ones: per layer the states of so many tokens, padded on the
        right."""
        begin, width = len(self.lengths), layers[0][0].shape[2]
        self._reserve(layers)
        self.lengths += lengths
        for buffers, states in zip(self._buffers, layers, strict=True):
            for buffer, new in zip(buffers, states, strict=True):
                rows = buffer[begin : len(self.lengths)]
                rows[:, :, :width] = new
                rows[:, :, width:] = 0  # what a row left behind may not be finite

    def live(self) -> list[States]:
        """Per layer the states of the live rows, as wide as the longest of them."""
        rows, width = len(self.lengths), max(self.lengths, default=0)
        return [
            (keys[:rows, :, :width], values[:rows, :, :width]) for keys, values in self._buffers
        ]

    def keep(self, order: Sequence[int]) -> None:
        """The rows that stay, by where each was before: at its place, or behind it."""
        moved = [(source, target) for target, source in enumerate(order) if source != target]
        if moved:
            sources, targets = torch.tensor(moved, device=self._device).T
            for buffers in self._buffers:
                for buffer in buffers:
                    buffer.index_copy_(0, targets, buffer.index_select(0, sources))
        self.lengths = [self.lengths[place] for place in order]

    def bias(self, dtype: torch.dtype) -> torch.Tensor:
        """(rows, columns) of the live rows: zero where a row has a source."""
        columns = torch.arange(max(self.lengths, default=0), device=self._device)
        lengths = torch.tensor(self.lengths, dtype=torch.long, device=self._device)
        bias = torch.zeros((len(lengths), len(columns)), dtype=dtype, device=self._device)
        return bias.masked_fill_(columns >= lengths[:, None], MASKED)

    def _reserve(self, layers: Sequence[States]) -> None:
        """Buffers as wide as these states, and what is live in them."""
        if not self._buffers:
            self._buffers = [(self._room(keys), self._room(values)) for keys, values in layers]
        elif self._buffers[0][0].shape[2] < layers[0][0].shape[2]:
            old, self._buffers = self._buffers, []
            self._reserve(layers)
            for buffers, former in zip(self._buffers, old, strict=True):
                for buffer, states in zip(buffers, former, strict=True):
                    buffer[:, :, : states.shape[2]] = states

    def _room(self, states: torch.Tensor) -> torch.Tensor:
        _, heads, columns, size = states.shape
        return states.new_zeros((self._slots, heads, columns + SLACK, size))
