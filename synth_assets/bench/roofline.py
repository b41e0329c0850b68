"""The roofline of generation on one device (Williams et al. 2009): what its memory and its
arithmetic, both measured here, allow for a given batch.

Reading prompts is bound by arithmetic. A step that writes a token in every row reads all weights
once, and of every row the keys and values written so far; with many rows arithmetic takes longer.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from synth_assets.bench.generate.workload import Ask

COPIED_BYTES = {"cuda": 1 << 32, "cpu": 1 << 28}
MATRIX_SIDE = {"cuda": 8192, "cpu": 1024}
TRIES = 5


@dataclass(frozen=True, slots=True)
class Device:
    """What a device does at best: bytes moved and floating-point operations a second."""

    bytes_per_s: float
    flops_per_s: float

    @classmethod
    def measured(cls, device: torch.device, dtype: torch.dtype) -> "Device":
        """The best of a few large copies (read and write) and square matrix products."""
        return cls(_bandwidth(device), _arithmetic(device, dtype))


@dataclass(frozen=True, slots=True)
class Load:
    """What a model costs: `step_bytes` of weights read at every step, `token_bytes` of keys and
    values of one token, `prompt_flops` to read a token of a prompt, `token_flops` to write one."""

    step_bytes: int
    token_bytes: int
    prompt_flops: int
    token_flops: int

    @classmethod
    def of(cls, model: Any) -> "Load":
        """Input embeddings are looked up, not read whole, unless they are the output's too."""
        config = model.config
        weights = sum(weight.numel() for weight in model.parameters())
        embedded = model.get_input_embeddings().weight.numel()
        tied = model.get_output_embeddings().weight is model.get_input_embeddings().weight
        head_size = getattr(config, "head_dim", None) or (
            config.hidden_size // config.num_attention_heads
        )
        width = model.dtype.itemsize
        layers = weights - embedded * (1 if tied else 2)
        kept = 2 * config.num_hidden_layers * config.num_key_value_heads * head_size
        return cls(
            step_bytes=(layers + embedded) * width,
            token_bytes=kept * width,
            prompt_flops=2 * layers,  # the output layer sees the last token of a prompt only
            token_flops=2 * (layers + embedded),
        )


@dataclass(frozen=True, slots=True)
class Roofline:
    """Seconds that the work takes at least, and the output tokens a second that follow. Writing
    takes the longer of `arithmetic_s` and both readings, of weights and of the cache."""

    prompts_s: float
    weights_s: float
    cache_s: float
    arithmetic_s: float
    tokens_per_s: float


def roofline(asks: Sequence[Ask], load: Load, device: Device, rows: float) -> Roofline:
    """The bound for these asks with so many rows in a step on average."""
    wanted = sum(ask.wanted for ask in asks)
    prompts_s = sum(ask.prompt_tokens for ask in asks) * load.prompt_flops / device.flops_per_s
    weights_s = wanted / rows * load.step_bytes / device.bytes_per_s
    # token number n of an answer reads the prompt and the n tokens before it
    read = sum(ask.wanted * ask.prompt_tokens + ask.wanted * (ask.wanted - 1) // 2 for ask in asks)
    cache_s = read * load.token_bytes / device.bytes_per_s
    arithmetic_s = wanted * load.token_flops / device.flops_per_s
    seconds = prompts_s + max(weights_s + cache_s, arithmetic_s)
    return Roofline(prompts_s, weights_s, cache_s, arithmetic_s, wanted / seconds)


def synchronise(device: torch.device) -> None:
    """Wait until the device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _bandwidth(device: torch.device) -> float:
    size = COPIED_BYTES.get(device.type, COPIED_BYTES["cpu"])
    source = torch.zeros(size // 4, dtype=torch.float32, device=device)
    target = torch.empty_like(source)
    return 2 * size / _best(lambda: target.copy_(source), device)


def _arithmetic(device: torch.device, dtype: torch.dtype) -> float:
    side = MATRIX_SIDE.get(device.type, MATRIX_SIDE["cpu"])
    matrix = torch.randn(side, side, device=device).to(dtype)
    return 2 * side**3 / _best(lambda: matrix @ matrix, device)


def _best(work: Callable[[], object], device: torch.device) -> float:
    work()
    seconds = []
    for _ in range(TRIES):
        synchronise(device)
        begun = time.perf_counter()
        work()
        synchronise(device)
        seconds.append(time.perf_counter() - begun)
    return min(seconds)
