"""A translation model's decoder in plain operations: one token a row, rows of any age.

Marian and M2M100 (NLLB) count positions from the length of the cache, the same for all rows, and
their forward pass looks through masks and layers of Python at every token. Here a row has its own
position, the projections of a token to query, key and value are one product, and what is masked is
known beforehand; the weights are the model's own.

Used on a CPU in single precision, where it was measured; elsewhere attention in half precision
would have to add up in single precision, as torch's own does.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from synth_assets.generation.engines.local.slots import SlotLayer
from synth_assets.generation.engines.local.sources import States

COPIED_BYTES = 1 << 26
"""Output words of more bytes are not copied."""

_FAMILIES = ("MarianMTModel", "M2M100ForConditionalGeneration")


def plain_decoder(model: Any) -> "PlainDecoder | None":
    """None for a model of another family, or on another device, or in another precision."""
    is_known = type(model).__name__ in _FAMILIES
    is_plain = model.device.type == "cpu" and model.dtype == torch.float32
    return PlainDecoder(model) if is_known and is_plain else None


@dataclass(frozen=True, slots=True)
class View:
    """What rows look at: `bias` (rows, 1, columns) is zero there. All rows but `few` see none but
    the columns `most`."""

    bias: torch.Tensor
    most: slice
    few: torch.Tensor | None


class PlainDecoder:
    """See the module."""

    def __init__(self, model: Any) -> None:
        decoder = model.get_decoder()
        # M2M100 scales in its embedding, begins its table behind that of padding, which is zero,
        # and normalizes before a block; Marian does after it
        is_m2m = hasattr(decoder.embed_positions, "weights")
        self._embed = decoder.embed_tokens
        self._scale = 1.0 if is_m2m else decoder.embed_scale
        positions = decoder.embed_positions
        self._padding: int | None = positions.padding_idx if is_m2m else None
        self._table: torch.Tensor = (
            positions.weights[positions.padding_idx + 1 :] if is_m2m else positions.weight
        )
        self.layers = [PlainLayer(layer, is_normed_first=is_m2m) for layer in decoder.layers]
        self._last_norm = decoder.layer_norm if is_m2m else None
        self._words = _in_rows(model.get_output_embeddings().weight)
        self._bias: torch.Tensor | None = getattr(model, "final_logits_bias", None)

    @property
    def positions(self) -> int:
        """Positions that there are."""
        return len(self._table)

    def embed(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Tokens (rows,) at positions (rows,), as (rows, size)."""
        places = self._table[positions]
        if self._padding is not None:
            places.masked_fill_((tokens == self._padding)[:, None], 0.0)
        return places.add_(self._embed(tokens) * self._scale)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """(rows, vocabulary) of (rows, size)."""
        if self._last_norm is not None:
            hidden = self._last_norm(hidden)
        if self._bias is None:
            return torch.mm(hidden, self._words)
        return torch.addmm(self._bias, hidden, self._words)


class PlainLayer:
    """One layer: attention to the row's own tokens, to its source, and the feed-forward block."""

    def __init__(self, layer: Any, *, is_normed_first: bool) -> None:
        self._layer = layer
        self._is_normed_first = is_normed_first
        self._heads = layer.self_attn.num_heads
        own, source = layer.self_attn, layer.encoder_attn
        self._own_in = _joined(own.q_proj, own.k_proj, own.v_proj)
        self._source_in = _joined(source.k_proj, source.v_proj)
        self._scaling = own.scaling

    def source_states(self, encoded: torch.Tensor) -> States:
        """Keys and values (rows, heads, columns, head size) of (rows, columns, size)."""
        keys, values = functional.linear(encoded, *self._source_in).chunk(2, dim=-1)
        shape = (*encoded.shape[:2], self._heads, -1)
        return keys.view(shape).transpose(1, 2), values.view(shape).transpose(1, 2)

    def forward(
        self, hidden: torch.Tensor, own: SlotLayer, own_view: View, source: States, view: View
    ) -> torch.Tensor:
        """(rows, size) of the newest tokens, which `own` takes in; the views are of `own`, and of
        `source`."""
        layer = self._layer
        normed = self._before(hidden, layer.self_attn_layer_norm)
        hidden = self._after(hidden + self._own(normed, own, own_view), layer.self_attn_layer_norm)
        normed = self._before(hidden, layer.encoder_attn_layer_norm)
        attention = layer.encoder_attn
        query = attention.q_proj(normed)
        seen = self._look(query, *source, view)
        hidden = self._after(hidden + attention.out_proj(seen), layer.encoder_attn_layer_norm)
        normed = self._before(hidden, layer.final_layer_norm)
        inner = layer.activation_fn(layer.fc1(normed))
        return self._after(hidden + layer.fc2(inner), layer.final_layer_norm)

    def _own(self, hidden: torch.Tensor, own: SlotLayer, view: View) -> torch.Tensor:
        query, key, value = functional.linear(hidden, *self._own_in).chunk(3, dim=-1)
        shape = (len(hidden), self._heads, 1, -1)
        keys, values = own.update(key.view(shape), value.view(shape))
        made: torch.Tensor = self._layer.self_attn.out_proj(self._look(query, keys, values, view))
        return made

    def _look(
        self, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, view: View
    ) -> torch.Tensor:
        """Most rows see few columns; the few that see more are looked after by themselves."""
        most, few = view.most, view.few
        seen = self._attend(query, keys[:, :, most], values[:, :, most], view.bias[..., most])
        if few is not None:
            seen[few] = self._attend(query[few], keys[few], values[few], view.bias[few])
        return seen

    def _attend(
        self, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, bias: torch.Tensor
    ) -> torch.Tensor:
        rows, heads, columns, size = keys.shape
        query = (query * self._scaling).reshape(rows * heads, 1, size)
        scores = torch.bmm(query, keys.flatten(0, 1).transpose(1, 2))
        weights = scores.view(rows, heads, columns).add_(bias).softmax(dim=-1)
        seen = torch.bmm(weights.view(rows * heads, 1, columns), values.flatten(0, 1))
        return seen.view(rows, heads * size)

    def _before(self, hidden: torch.Tensor, norm: Any) -> torch.Tensor:
        normed: torch.Tensor = norm(hidden) if self._is_normed_first else hidden
        return normed

    def _after(self, hidden: torch.Tensor, norm: Any) -> torch.Tensor:
        normed: torch.Tensor = hidden if self._is_normed_first else norm(hidden)
        return normed


def _joined(*parts: Any) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts])


def _in_rows(weight: torch.Tensor) -> torch.Tensor:
    """The output words (vocabulary, size) as (size, vocabulary), which multiplies a quarter faster
    when it lies so in memory; a view where a copy would be big."""
    return weight.t().contiguous() if weight.nbytes <= COPIED_BYTES else weight.t()
