"""What the cases with a model share: the model, the tokenizer, the questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from synth_assets.bench.generate.models import (
    VOCABULARY,
    build_model,
    build_tokenizer,
    small_llama,
    small_marian,
)
from synth_assets.bench.generate.workload import Ask, Lengths, mixed_asks

BATCH_SIZE = 16
WARM_UP = 2
"""Asks answered before the watch starts, so that lazy imports and thread pools are there."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The same for our engine and its peers."""

    model: Any
    tokenizer: Any
    asks: Sequence[Ask]
    warm_up: Sequence[Ask]


def build_setting(task: str, *, quick: bool) -> Setting:
    """`task` is causal or seq2seq; quick sizes take a second."""
    config = (small_llama if task == "causal" else small_marian)(quick=quick)
    asks = (
        mixed_asks(
            12,
            vocabulary=VOCABULARY,
            prompts=Lengths(5, 40),
            answers=Lengths(3, 12),
        )
        if quick
        else mixed_asks(64, vocabulary=VOCABULARY)
    )
    short = mixed_asks(
        WARM_UP, vocabulary=VOCABULARY, prompts=Lengths(4, 8), answers=Lengths(2, 4), seed=1
    )
    return Setting(build_model(config), build_tokenizer(VOCABULARY), asks, short)
