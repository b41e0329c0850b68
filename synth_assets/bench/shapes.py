"""Shapes of published models, for random weights: speed and memory do not depend on the values.

The configs repeat the models' own `config.json`. `published` is the number of output tokens a
second that Hugging Face measured with a tuned vLLM on one H100, prompts of about 700 and answers of
about 360 tokens (The Synthetic Data Playbook, 2026).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import transformers

from synth_assets.bench.generate.models import small_llama
from synth_assets.errors import EngineError


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's config, and what a tuned server was published to reach with it."""

    name: str
    config: Callable[[], Any]
    published: float | None = None


def _smollm2() -> transformers.LlamaConfig:
    return transformers.LlamaConfig(
        vocab_size=49152,
        hidden_size=2048,
        intermediate_size=8192,
        num_hidden_layers=24,
        num_attention_heads=32,
        num_key_value_heads=32,
        max_position_embeddings=8192,
        rope_parameters={"rope_type": "default", "rope_theta": 130_000.0},
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
    )


def _qwen3() -> transformers.Qwen3Config:
    return transformers.Qwen3Config(
        vocab_size=151_936,
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=40_960,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
    )


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("smollm2-1.7b", _smollm2, published=9_200),
        Shape("qwen3-0.6b", _qwen3, published=14_100),
        Shape("tiny", lambda: small_llama(quick=True)),
    )
}


def find_shape(name: str) -> Shape:
    """Raises EngineError for a name that is none of them."""
    if name not in SHAPES:
        raise EngineError(f"no model shape {name}; there are {', '.join(SHAPES)}")
    return SHAPES[name]
