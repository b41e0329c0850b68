"""A key-value cache whose rows come and go: buffers with room, written in place.

A plain dynamic cache copies all keys and values at every token. Here all rows share the column
that is written next; a row that came later, or is shorter, begins in a later column, and what lies
left of its first column is masked. Columns that no row needs any more are cut off on the left.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

SLACK = 128
"""Columns beyond the longest row: the buffers are moved back to their left end once in as many
tokens."""
MASKED = float("-inf")
"""Added to the score of a column that a row must not look at."""
MOVED_AT_ONCE = 16
"""Rows that are copied aside together while the buffers are moved."""


class Columns:
    """What the buffers of all layers have in common: `rows` of them live, in columns from `start`
    to `end`; the next token is written at `end`."""

    def __init__(self, slots: int, width: int) -> None:
        self.slots = slots
        self.width = width
        self.rows = 0
        self.start = 0
        self.end = 0


class SlotLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """One layer's buffers, (slots, heads, columns, head size)."""

    def __init__(self, columns: Columns, *, is_sliding: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.is_sliding = is_sliding
        self._columns = columns
        self._buffers: list[torch.Tensor] = []

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write one token (rows, heads, 1, head size); all columns until and with it come back."""
        at, rows = self._columns, self._columns.rows
        self._reserve(key_states, value_states)
        keys, values = self._buffers
        keys[:rows, :, at.end : at.end + 1] = key_states
        values[:rows, :, at.end : at.end + 1] = value_states
        return keys[:rows, :, at.start : at.end + 1], values[:rows, :, at.start : at.end + 1]

    def get_seq_length(self) -> int:
        return self._columns.end - self._columns.start

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.get_seq_length() + query_length, 0

    def admit(self, rows: int, states: Sequence[torch.Tensor]) -> None:
        """So many rows behind the live ones: keys and values (rows, heads, columns, head size),
        right-aligned at `end`, or none where no prompt has more than the token to come."""
        at = self._columns
        if states:
            self._reserve(*states)
        for buffer in self._buffers:  # what a row left behind may not be finite
            buffer[at.rows : at.rows + rows, :, at.start : at.end] = 0
        for buffer, new in zip(self._buffers, states, strict=False):
            buffer[at.rows : at.rows + rows, :, at.end - new.shape[2] : at.end] = new

    def move_rows(self, sources: torch.Tensor, targets: torch.Tensor) -> None:
        at = self._columns
        for buffer in self._buffers:
            live = buffer[:, :, at.start : at.end]
            live.index_copy_(0, targets, live.index_select(0, sources))

    def move_columns(self, end: int, width: int) -> None:
        """Move the live columns so that they end at `end`, in buffers of `width` columns."""
        self._buffers = [self._moved(buffer, end, width) for buffer in self._buffers]

    def _moved(self, buffer: torch.Tensor, end: int, width: int) -> torch.Tensor:
        at = self._columns
        begin = end - (at.end - at.start)
        target = buffer
        if width > buffer.shape[2]:
            target = buffer.new_zeros((*buffer.shape[:2], width, buffer.shape[3]))
        for first in range(0, at.rows, MOVED_AT_ONCE):
            rows = slice(first, min(first + MOVED_AT_ONCE, at.rows))
            target[rows, :, begin:end] = buffer[rows, :, at.start : at.end].clone()
        return target

    def clear(self, begin: int, end: int) -> None:
        """Zeros in these columns of the live rows."""
        for buffer in self._buffers:
            buffer[: self._columns.rows, :, begin:end] = 0

    def _reserve(self, *states: torch.Tensor) -> None:
        if not self._buffers:
            at = self._columns
            self._buffers = [
                state.new_zeros((at.slots, state.shape[1], at.width, state.shape[3]))
                for state in states
            ]
            self.is_initialized = True


class PromptLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """Keeps the keys and values of one forward pass as they are, in `states`."""

    states: tuple[torch.Tensor, torch.Tensor]

    def __init__(self, *, is_sliding: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.is_sliding = is_sliding

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        self.states = key_states, value_states
        return self.states


class SlotCache:
    """The cache of a batch: its layers, and where each row begins."""

    def __init__(
        self, sliding: Sequence[bool], slots: int, width: int, device: torch.device
    ) -> None:
        self._device = device
        self.columns = Columns(slots, width + SLACK)
        self.layers = [SlotLayer(self.columns, is_sliding=is_sliding) for is_sliding in sliding]
        self.cache = cache_of(self.layers)
        self.first: list[int] = []
        """The column in which each live row begins."""

    def make_room(self, length: int, width: int) -> None:
        """See to `length` columns left of the next one, and to rows of `width` columns in all."""
        at, width = self.columns, max(width + SLACK, self.columns.width)
        if at.rows == 0:
            at.start = at.end = length
        if at.end < length or width > at.width:
            self._move(max(at.end, length), width)
        if length > at.end - at.start:
            for layer in self.layers:
                layer.clear(at.end - length, at.start)
            at.start = at.end - length

    def admit(self, states: Sequence[Sequence[torch.Tensor]], lengths: Sequence[int]) -> None:
        """New rows behind the others: per layer the keys and values, right-aligned, and how many
        columns of them are each row's own."""
        for layer, of_layer in zip(self.layers, states, strict=True):
            layer.admit(len(lengths), of_layer)
        self.first += [self.columns.end - length for length in lengths]
        self.columns.rows = len(self.first)

    def bias(self, dtype: torch.dtype) -> torch.Tensor:
        """(rows, columns of the buffers), to be added to scores: what stands left of a row's first
        column is masked. It holds for all tokens until rows come, go or move."""
        columns = torch.arange(self.columns.width, device=self._device)
        first = torch.tensor(self.first, dtype=torch.long, device=self._device)
        bias = torch.zeros((len(first), len(columns)), dtype=dtype, device=self._device)
        return bias.masked_fill_(columns < first[:, None], MASKED)

    def advance(self) -> None:
        """A token was written in every row."""
        self.columns.end += 1

    def before_token(self) -> bool:
        """See to a column for the next token; whether the rows had to be moved for it."""
        at = self.columns
        if at.end < at.width:
            return False
        self._move(at.end - at.start, at.width if at.start else at.width + SLACK)
        return True

    def leave(self, places: Sequence[int]) -> list[int]:
        """Take these rows out; the last rows fill their places. Where each row now comes from."""
        gone = set(places)
        stay = len(self.first) - len(gone)
        targets = sorted(place for place in gone if place < stay)
        sources = [place for place in range(stay, len(self.first)) if place not in gone]
        if targets:
            pair = torch.tensor([sources, targets], device=self._device)
            for layer in self.layers:
                layer.move_rows(*pair)
        order = list(range(stay))
        for target, source in zip(targets, sources, strict=True):
            order[target] = source
        self.first = [self.first[place] for place in order]
        self.columns.rows = stay
        self.columns.start = min(self.first, default=self.columns.end)
        return order

    def _move(self, end: int, width: int) -> None:
        for layer in self.layers:
            layer.move_columns(end, width)
        at = self.columns
        shift = end - at.end
        at.start, at.end, at.width = at.start + shift, end, width
        self.first = [first + shift for first in self.first]


def cache_of(layers: Sequence[DynamicLayer]) -> Any:
    """A cache of transformers with these layers."""
    cache = DynamicCache()
    cache.layers = list(layers)
    cache.layer_class_to_replicate = None
    return cache


def right_aligned(states: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """States (rows, heads, columns, head size), whose rows begin on the left, moved to the right;
    what comes in from the left is a copy of a row's own first column."""
    width = states.shape[2]
    columns = torch.arange(width, device=states.device) - (width - lengths[:, None])
    index = columns.clamp(min=0)[:, None, :, None].expand(-1, states.shape[1], -1, states.shape[3])
    return states.gather(2, index)
