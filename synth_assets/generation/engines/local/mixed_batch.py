"""A batch of a translation model that never drains while requests wait: a finished row leaves, and
the next source takes its place, as in `causal_batch`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from synth_assets.generation.engines.local.batching import groups, padded
from synth_assets.generation.engines.local.plain_decoder import PlainDecoder, View
from synth_assets.generation.engines.local.rows import Row
from synth_assets.generation.engines.local.seq2seq_batch import begin_anew, start_token
from synth_assets.generation.engines.local.slots import SlotCache
from synth_assets.generation.engines.local.sources import SourceCache

ENCODED_TOKENS = 1024
"""Tokens of sources, padding included, that the encoder reads at once: what a layer makes of them
stays in the processor's cache."""

OUTLIERS_SHARE = 16
"""One row in so many may see more than the others without making them as wide as itself."""


class MixedBatch:
    """See `continuous.Batch`. Rows of all ages share a step; see `plain_decoder`."""

    refills = True

    def __init__(self, model: Any, decoder: PlainDecoder, slots: int, pad_id: int) -> None:
        self._encoder = model.get_encoder()
        self._decoder = decoder
        self._pad_id = pad_id
        self._device: torch.device = model.device
        self._dtype: torch.dtype = model.dtype
        self._start = start_token(model)
        kinds = [False for _ in decoder.layers]
        self._own = SlotCache(kinds, slots, 0, self._device)
        self._sources = SourceCache(slots, self._device)
        self._positions = torch.zeros(0, dtype=torch.long, device=self._device)

    @torch.inference_mode()
    def admit(self, rows: Sequence[Row], width: int) -> torch.Tensor:
        """Read sources; every text begins anew."""
        del width  # texts are short beside their sources: the caches grow as they do
        begin_anew(rows)
        sources = [row.item.ids for row in rows]
        for group in groups(sources, ENCODED_TOKENS):
            self._encode(group)
        self._own.make_room(0, 0)
        self._own.admit([() for _ in self._decoder.layers], [0] * len(rows))
        self._positions = torch.cat([self._positions, self._positions.new_zeros(len(rows))])
        self._changed()
        return torch.full((len(rows),), self._start, device=self._device)

    @torch.inference_mode()
    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        if self._own.before_token():
            self._changed()
        at = self._own.columns
        own_view = replace(self._own_view, bias=self._own_bias[..., at.start : at.end + 1])
        hidden = self._decoder.embed(tokens, self._positions)
        for layer, own, source in zip(
            self._decoder.layers, self._own.layers, self._source_states, strict=True
        ):
            hidden = layer.forward(hidden, own, own_view, source, self._view)
        self._own.advance()
        # rows that ended but have not left must not look for positions that the model lacks
        self._positions = (self._positions + 1).clamp_(max=self._decoder.positions - 1)
        return self._decoder.logits(hidden)

    @torch.inference_mode()
    def leave(self, places: Sequence[int]) -> list[int]:
        order = self._own.leave(places)
        self._sources.keep(order)
        self._positions = self._positions[
            torch.tensor(order, dtype=torch.long, device=self._device)
        ]
        self._changed()
        return order

    def _encode(self, sources: Sequence[Sequence[int]]) -> None:
        ids, mask = padded(sources, self._pad_id, self._device, left=False)
        encoded = self._encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        states = [layer.source_states(encoded) for layer in self._decoder.layers]
        self._sources.admit(states, [len(source) for source in sources])

    def _changed(self) -> None:
        """Rows came or went, or moved: what each may look at, of its own tokens and its source."""
        start, lengths = self._own.columns.start, self._sources.lengths
        self._own_bias = self._own.bias(self._dtype)[:, None]
        late, few = self._outliers([-first for first in self._own.first])
        self._own_view = View(self._own_bias, slice(-late - start, None), few)
        width, few = self._outliers(lengths)
        self._view = View(self._sources.bias(self._dtype)[:, None], slice(width), few)
        self._source_states = self._sources.live()

    def _outliers(self, sizes: Sequence[int]) -> tuple[int, torch.Tensor | None]:
        """The most that all rows but a few need, and these few: one text that goes round in
        circles would make all others as wide as itself."""
        order = sorted(range(len(sizes)), key=sizes.__getitem__)
        few = order[len(order) - len(order) // OUTLIERS_SHARE :]
        most = max((sizes[place] for place in order[: len(order) - len(few)]), default=0)
        few = [place for place in few if sizes[place] > most]
        return most, torch.tensor(few, device=self._device) if few else None
