"""A batch of a causal model that never drains while requests wait: a finished row leaves, and the
next request takes its place (continuous batching, Yu et al. 2022)."""

import inspect
import sys
from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

from synth_assets.generation.engines.local.batching import groups, padded
from synth_assets.generation.engines.local.memory import prefill_tokens
from synth_assets.generation.engines.local.rows import Row
from synth_assets.generation.engines.local.slots import (
    SLACK,
    PromptLayer,
    SlotCache,
    cache_of,
    right_aligned,
)

_KINDS: dict[Any, bool] = {DynamicLayer: False, DynamicSlidingWindowLayer: True}


def layer_kinds(model: Any) -> list[bool] | None:
    """Which layers slide over a window; None where a layer keeps more than keys and values, or
    where columns of a row may not be moved."""
    config = model.config.get_text_config(decoder=True)
    if not model._supports_default_dynamic_cache():
        return None
    if getattr(config, "num_kv_shared_layers", 0):
        return None
    if "chunked_attention" in (getattr(config, "layer_types", None) or ()):
        return None
    kinds = [type(layer) for layer in DynamicCache(config=config).layers]
    if not set(kinds) <= set(_KINDS):
        return None
    found = [_KINDS[kind] for kind in kinds]
    missing = (getattr(config, "num_decoder_layers", None) or 0) - len(found)
    return found + [False] * missing  # T5's cache counts the encoder's layers


class CausalBatch:
    """Rows inside the model. A row's last prompt token is read together with the others' newest
    tokens, so that all rows take the same step. See `continuous.Batch`."""

    refills = True

    def __init__(self, model: Any, kinds: Sequence[bool], slots: int, width: int) -> None:
        self._model = model
        self._kinds = kinds
        self._device: torch.device = model.device
        self._cache = SlotCache(kinds, slots, width, self._device)
        taken = inspect.signature(model.forward).parameters
        self._takes_positions = "position_ids" in taken
        self._extra = {"logits_to_keep": 1} if "logits_to_keep" in taken else {}
        self._takes_bias = self._takes_positions and takes_bias(model, kinds, "create_causal_mask")
        self._positions = torch.zeros(0, dtype=torch.long, device=self._device)
        self._first = self._positions
        self._bias: torch.Tensor | None = None

    @torch.inference_mode()
    def admit(self, rows: Sequence[Row], width: int) -> torch.Tensor:
        """Read prompts but for their last tokens, which are returned for the next step. Prompts of
        like length should stand together."""
        prompts = [row.prompt for row in rows]
        lengths = [len(prompt) - 1 for prompt in prompts]
        self._cache.make_room(max(lengths), width)
        for group in groups(prompts, prefill_tokens(self._device)):
            self._prefill(group)
        new = torch.tensor(lengths, device=self._device)
        self._positions = torch.cat([self._positions, new])
        self._changed()
        return torch.tensor([prompt[-1] for prompt in prompts], device=self._device)

    @torch.inference_mode()
    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        if self._cache.before_token():
            self._changed()
        inputs: dict[str, Any] = dict(self._extra)
        if self._takes_positions:
            inputs["position_ids"] = self._positions[:, None]
        output = self._model(
            input_ids=tokens[:, None],
            attention_mask=self._mask(),
            past_key_values=self._cache.cache,
            use_cache=True,
            **inputs,
        )
        self._cache.advance()
        # rows that ended but have not left must not look for positions that the model lacks
        self._positions = (self._positions + 1).clamp(max=self._cache.columns.width - SLACK - 1)
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    @torch.inference_mode()
    def leave(self, places: Sequence[int]) -> list[int]:
        order = self._cache.leave(places)
        self._positions = self._positions[
            torch.tensor(order, dtype=torch.long, device=self._device)
        ]
        self._changed()
        return order

    def _prefill(self, prompts: Sequence[Sequence[int]]) -> None:
        """Padding stands on the right, where causal attention does not see it: no mask."""
        lengths = [len(prompt) - 1 for prompt in prompts]
        if max(lengths) == 0:
            self._cache.admit([() for _ in self._kinds], lengths)
            return
        ids, _ = padded([prompt[:-1] for prompt in prompts], 0, self._device, left=False)
        layers = [PromptLayer(is_sliding=is_sliding) for is_sliding in self._kinds]
        self._model(input_ids=ids, past_key_values=cache_of(layers), use_cache=True, **self._extra)
        states = [layer.states for layer in layers]
        if min(lengths) < max(lengths):
            own = torch.tensor(lengths, device=self._device)
            states = [(right_aligned(k, own), right_aligned(v, own)) for k, v in states]
        self._cache.admit(states, lengths)

    def _mask(self) -> torch.Tensor:
        """What each row may look at, the column of the token to come included."""
        at = self._cache.columns
        if self._bias is not None:
            return self._bias[..., at.start : at.end + 1]
        columns = torch.arange(at.start, at.end + 1, device=self._device)
        return columns >= self._first[:, None]

    def _changed(self) -> None:
        """Rows came or went, or moved: their first columns anew, and the additive mask, which
        then holds for all tokens until the next change."""
        self._first = torch.tensor(self._cache.first, dtype=torch.long, device=self._device)
        if self._takes_bias:
            self._bias = self._cache.bias(self._model.dtype)[:, None, None, :]


def takes_bias(model: Any, kinds: Sequence[bool], maker: str) -> bool:
    """Whether the model takes a finished additive mask of four dimensions: those do whose
    attention is plain and alike in all layers, and whose file gets its masks from the shared
    function of that name, which hands a finished one through."""
    config = model.config.get_text_config(decoder=True)
    plain = config._attn_implementation in ("sdpa", "eager")
    return plain and not any(kinds) and maker in vars(sys.modules[type(model).__module__])
