"""A batch of an encoder-decoder model: the encoder runs once, all rows are of one age."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicLayer, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from synth_assets.generation.engines.local.batching import padded
from synth_assets.generation.engines.local.causal_batch import takes_bias
from synth_assets.generation.engines.local.rows import Row
from synth_assets.generation.engines.local.slots import MASKED, SlotCache, cache_of


class SourceLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """Keys and values of the source, made at the first token; `keep` narrows what is seen."""

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        self._all = key_states.contiguous(), value_states.contiguous()
        self.keys, self.values = self._all
        self.is_initialized = True
        return self._all

    def keep(self, rows: int, width: int, moves: torch.Tensor | None) -> None:
        """Rows `moves[0]` take the places `moves[1]`; then the first `rows` and `width` columns
        are left."""
        if moves is not None:
            for states in self._all:
                states.index_copy_(0, moves[1], states.index_select(0, moves[0]))
        self.keys, self.values = (states[:rows, :, :width] for states in self._all)


class Seq2SeqBatch:
    """See `continuous.Batch`. The model counts positions from the cache's length, so no row can
    join later; `mixed_batch` does without the model's own forward pass."""

    refills = False

    def __init__(self, model: Any, kinds: Sequence[bool], pad_id: int) -> None:
        self._model = model
        self._kinds = kinds
        self._pad_id = pad_id
        self._device: torch.device = model.device
        self._takes_bias = takes_bias(model, kinds, "create_bidirectional_mask")
        self._takes_own_bias = takes_bias(model, kinds, "create_causal_mask")

    @torch.inference_mode()
    def admit(self, rows: Sequence[Row], width: int) -> torch.Tensor:
        del width  # texts are short beside their sources: the cache grows as they do
        begin_anew(rows)
        ids, mask = padded([row.item.ids for row in rows], self._pad_id, self._device, left=False)
        encoder = self._model.get_encoder()
        self._encoded = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        self._lengths = [len(row.item.ids) for row in rows]
        self._slots = SlotCache(self._kinds, len(rows), 0, self._device)
        self._slots.admit([() for _ in self._kinds], [0] * len(rows))
        self._sources = [SourceLayer() for _ in self._kinds]  # type: ignore[no-untyped-call]
        self._cache = EncoderDecoderCache(self._slots.cache, cache_of(self._sources))
        self._changed()
        return torch.full((len(rows),), start_token(self._model), device=self._device)

    @torch.inference_mode()
    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        self._slots.before_token()
        output = self._model(
            encoder_outputs=BaseModelOutput(last_hidden_state=self._encoded),
            attention_mask=self._mask,
            decoder_input_ids=tokens[:, None],
            decoder_attention_mask=self._own_mask(),
            past_key_values=self._cache,
            use_cache=True,
        )
        self._slots.advance()
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    @torch.inference_mode()
    def leave(self, places: Sequence[int]) -> list[int]:
        order = self._slots.leave(places)
        self._lengths = [self._lengths[place] for place in order]
        moved = [(source, target) for target, source in enumerate(order) if source != target]
        moves = torch.tensor(moved, device=self._device).T if moved else None
        width = max(self._lengths, default=0)
        for layer in self._sources:
            layer.keep(len(order), width, moves)
        # from the second token on only the shape of the encoder's output is looked at
        self._encoded = self._encoded[: len(order), :width]
        self._changed()
        return order

    def _changed(self) -> None:
        """The mask of the source (rows, columns), additive (rows, 1, 1, columns) where the model
        takes it so."""
        columns = torch.arange(self._encoded.shape[1], device=self._device)
        lengths = torch.tensor(self._lengths, dtype=torch.long, device=self._device)
        seen = columns < lengths[:, None]
        if self._takes_bias:
            bias = torch.zeros(seen.shape, dtype=self._encoded.dtype, device=self._device)
            seen = bias.masked_fill_(~seen, MASKED)[:, None, None, :]
        self._mask = seen

    def _own_mask(self) -> torch.Tensor | None:
        """Rows of one age see all of their own tokens. Zeros say so at no cost, where a model that
        is told nothing makes a mask and looks through it at every token."""
        if not self._takes_own_bias:
            return None
        seen = self._slots.columns.end + 1
        return torch.zeros((1, 1, 1, seen), dtype=self._encoded.dtype, device=self._device)


def begin_anew(rows: Sequence[Row]) -> None:
    """What was written elsewhere would have to be read first, and is written again instead."""
    for row in rows:
        row.written.clear()


def start_token(model: Any) -> int:
    """What every text begins with."""
    first = model.generation_config.decoder_start_token_id
    return int(model.config.decoder_start_token_id if first is None else first)
