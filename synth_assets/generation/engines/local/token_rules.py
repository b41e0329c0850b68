"""What a model's generation config asks of every text: tokens forbidden, or forced as the first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import GenerationConfig

from synth_assets.generation.engines.local.rows import Row

FORBIDDEN = float("-inf")

_PLAIN_SETTINGS = {
    "guidance_scale": (None, 1, 1.0),
    "sequence_bias": (None,),
    "encoder_repetition_penalty": (None, 1, 1.0),
    "repetition_penalty": (None, 1, 1.0),
    "no_repeat_ngram_size": (None, 0),
    "encoder_no_repeat_ngram_size": (None, 0),
    "min_length": (None, 0),
    "min_new_tokens": (None, 0),
    "exponential_decay_length_penalty": (None,),
}
"""Settings of a model's generation config that the own loop obeys only in their neutral form;
with any other value the model goes through stock generation."""


@dataclass(frozen=True, slots=True)
class TokenRules:
    """Tokens that a model's generation config forbids everywhere or as the first."""

    forbidden: list[int] = field(default_factory=list)
    forbidden_first: list[int] = field(default_factory=list)
    forced_first: int | None = None

    @classmethod
    def from_config(cls, config: GenerationConfig) -> "TokenRules | None":
        """None where the config asks for more than the own loop can do."""
        for name, neutral in _PLAIN_SETTINGS.items():
            if getattr(config, name, None) not in neutral:
                return None
        words = config.bad_words_ids or []
        if any(len(word) != 1 for word in words):
            return None
        return cls(
            forbidden=[word[0] for word in words] + list(config.suppress_tokens or []),
            forbidden_first=list(config.begin_suppress_tokens or []),
            forced_first=config.forced_bos_token_id,
        )

    def on(self, device: torch.device) -> "DeviceRules":
        return DeviceRules(self, device)


class DeviceRules:
    """The rules with their tokens on the model's device."""

    def __init__(self, rules: TokenRules, device: torch.device) -> None:
        self._forbidden = _ids(rules.forbidden, device)
        self._forbidden_first = _ids(rules.forbidden_first, device)
        self._forced_first = rules.forced_first

    @torch.inference_mode()
    def apply(self, logits: torch.Tensor, rows: Sequence[Row]) -> torch.Tensor:
        """Logits (rows, vocabulary) with all but what each row may write forbidden."""
        if self._forbidden is not None:
            logits.index_fill_(1, self._forbidden, FORBIDDEN)
        for place, row in enumerate(rows):
            if not row.written:
                self._begin(logits[place], row)
        return logits

    def _begin(self, logits: torch.Tensor, row: Row) -> None:
        if self._forbidden_first is not None:
            logits.index_fill_(0, self._forbidden_first, FORBIDDEN)
        forced = self._forced_first if row.item.forced_bos is None else row.item.forced_bos
        if forced is not None:
            logits.fill_(FORBIDDEN)
            logits[forced] = 0.0


def _ids(tokens: list[int], device: torch.device) -> torch.Tensor | None:
    return torch.tensor(sorted(set(tokens)), device=device) if tokens else None


def eos_ids(config: GenerationConfig, tokenizer: Any) -> frozenset[int]:
    """Tokens that end a text."""
    found = config.eos_token_id
    if found is None:
        found = tokenizer.eos_token_id
    if found is None:
        return frozenset()
    return frozenset(found if isinstance(found, list) else [found])


def forget_defaults(config: GenerationConfig) -> None:
    """A request says how text is drawn and how long it gets. An end token forced at the limit
    would make a cut text look finished."""
    config.forced_eos_token_id = None
    config.max_length = None
    config.max_new_tokens = None
    config.do_sample = False
    config.temperature = None
    config.top_p = None
    config.top_k = None
