"""How many rows fit: from free memory and the size of a token's keys and values."""

import gc
from typing import Any

import torch

CPU_ROWS = 32
"""Rows of a batch on a CPU under `auto`: more bring little there."""
MOST_ROWS = 1024
"""Rows under `auto` on a GPU, however much memory is free."""
SAFE_SHARE = 0.85
"""Of free memory; the rest is left to activations of a step and to fragments."""
LOGIT_COPIES = 4
"""Float copies of a step's logits, (rows, vocabulary), that sampling holds at its widest."""

PREFILL_TOKENS = {"cpu": 4096, "cuda": 16384}
"""Prompt tokens, padding included, that go through the model in one forward pass."""


def prefill_tokens(device: torch.device) -> int:
    return PREFILL_TOKENS.get(device.type, PREFILL_TOKENS["cpu"])


def bytes_per_token(config: Any, dtype: torch.dtype) -> int:
    """Bytes of one token's keys and values in all layers of a decoder."""
    text = config.get_text_config(decoder=True)
    layers = _first(text, "num_decoder_layers", "num_hidden_layers")  # T5 has both
    heads = _first(text, "num_attention_heads")
    kept = _first(text, "num_key_value_heads", default=heads)
    size = _first(text, "head_dim", "d_kv", default=_first(text, "hidden_size") // heads)
    return int(2 * layers * kept * size * dtype.itemsize)


def rows_that_fit(
    free: int, config: Any, dtype: torch.dtype, *, columns: int, vocabulary: int, prefill: int
) -> int:
    """Rows of `columns` tokens each that fit into `free` bytes beside the activations of a
    prefill of that many tokens and the logits of a step."""
    text = config.get_text_config(decoder=True)
    hidden = _first(text, "hidden_size")
    inner = _first(text, "intermediate_size", "d_ff", "n_inner", default=4 * hidden)
    activations = prefill * (4 * inner + 12 * hidden) * dtype.itemsize
    row = columns * bytes_per_token(config, dtype) + vocabulary * LOGIT_COPIES * 4
    return max(1, min(MOST_ROWS, int(free * SAFE_SHARE - activations) // row))


def free_bytes(device: torch.device) -> int:
    """What a CUDA device has left, blocks that torch holds and does not use included."""
    free, _ = torch.cuda.mem_get_info(device)
    return int(free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))


def release() -> None:
    """Give back what nothing refers to any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


class RowLimit:
    """How many rows a batch may have: as set, or from free memory; halved when memory runs out,
    and kept so until the engine is asked anew."""

    def __init__(self, model: Any, setting: int | None, replicas: int, vocabulary: int) -> None:
        self._model = model
        self._setting = setting
        self._replicas = replicas
        self._vocabulary = vocabulary
        self._most: int | None = None
        self._budget: int | None = None

    def rows(self, columns: int) -> int:
        """For rows of up to `columns` tokens."""
        found = self._setting or self._that_fit(columns)
        return found if self._most is None else min(found, self._most)

    def halve(self, rows: int) -> None:
        """A batch of so many rows did not fit."""
        self._most = max(1, min(rows, self._most or rows) // 2)

    def forget(self) -> None:
        """Begin anew, with nothing but the weights in memory."""
        self._most = self._budget = None

    def _that_fit(self, columns: int) -> int:
        device = self._model.device
        if device.type != "cuda":
            return CPU_ROWS
        if self._budget is None:
            self._budget = free_bytes(device) // self._replicas
        return rows_that_fit(
            self._budget,
            self._model.config,
            self._model.dtype,
            columns=columns,
            vocabulary=self._vocabulary,
            prefill=prefill_tokens(device),
        )


def _first(config: Any, *names: str, default: int | None = None) -> int:
    for name in names:
        found = getattr(config, name, None)
        if isinstance(found, int):
            return found
    if default is None:
        raise AttributeError(f"{type(config).__name__} has none of {', '.join(names)}")
    return default
