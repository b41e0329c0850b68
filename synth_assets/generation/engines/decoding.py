"""Token by token over a batch that shrinks: a finished row leaves it at once.

Greedy, or sampled with noise that comes from (request seed, token number) alone, so that a text
does not depend on what else was in its batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import torch
from transformers import GenerationConfig
from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

from synth_assets.generation.protocol import Sampling

if TYPE_CHECKING:
    from synth_assets.generation.engines.transformers_common import Prompted

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
class Finished:
    """A row's tokens without the end token, and why it ended."""

    ids: list[int]
    reason: Literal["stop", "length"]


class Steps(Protocol):
    """A batch inside the model, with its key-value cache."""

    def start(self) -> torch.Tensor:
        """Logits of every row's first new token, (rows, vocabulary)."""
        ...

    def advance(self, tokens: torch.Tensor) -> torch.Tensor:
        """Logits after these tokens (rows,) were appended."""
        ...

    def keep(self, rows: torch.Tensor) -> None:
        """Go on with these rows only."""
        ...


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

    @torch.inference_mode()
    def apply(self, logits: torch.Tensor, step: int) -> torch.Tensor:
        if self.forbidden:
            logits[:, self.forbidden] = FORBIDDEN
        if self.forbidden_first and step == 0:
            logits[:, self.forbidden_first] = FORBIDDEN
        return logits


def supports_selection(model: Any) -> bool:
    """Whether rows can be taken out of the model's cache: plain and sliding-window layers can,
    recurrent states cannot."""
    if not model._supports_default_dynamic_cache():
        return False
    cache = DynamicCache(config=model.config.get_text_config(decoder=True))
    allowed = (DynamicLayer, DynamicSlidingWindowLayer)
    return all(type(layer) in allowed for layer in cache.layers)


def decode(
    steps: Steps, batch: Sequence["Prompted"], rules: TokenRules, eos: frozenset[int]
) -> Iterator[tuple[int, Finished]]:
    """Rows of the batch by number as they end."""
    alive = list(range(len(batch)))
    written: list[list[int]] = [[] for _ in batch]
    logits = steps.start()
    step = 0
    while True:
        tokens = choose(rules.apply(logits, step), [batch[row] for row in alive], step, rules)
        going: list[int] = []
        for place, (row, token) in enumerate(zip(alive, tokens, strict=True)):
            if token in eos:
                yield row, Finished(written[row], "stop")
                continue
            written[row].append(token)
            if len(written[row]) >= batch[row].room:
                yield row, Finished(written[row], "length")
                continue
            going.append(place)
        if not going:
            return
        if len(going) < len(alive):
            steps.keep(torch.tensor(going, device=logits.device))
            alive = [alive[place] for place in going]
            tokens = [tokens[place] for place in going]
        logits = steps.advance(torch.tensor(tokens, device=logits.device))
        step += 1


@torch.inference_mode()
def choose(
    logits: torch.Tensor, rows: Sequence["Prompted"], step: int, rules: TokenRules
) -> list[int]:
    """The next token of every row; logits (rows, vocabulary)."""
    tokens: list[int] = logits.argmax(dim=-1).tolist()
    for place, row in enumerate(rows):
        forced = rules.forced_first if row.forced_bos is None else row.forced_bos
        if step == 0 and forced is not None:
            tokens[place] = forced
        elif row.request.sampling.temperature > 0:
            tokens[place] = sample(logits[place], row.request.sampling, row.request.seed, step)
    return tokens


def sample(logits: torch.Tensor, sampling: Sampling, seed: int, step: int) -> int:
    """One token of logits (vocabulary,): temperature, then top-k, then top-p (Holtzman et al.
    2020), then the inverse of the cumulative distribution at a number that comes from the seed
    and the step alone."""
    scores = logits.double() / sampling.temperature
    if 0 < sampling.top_k < scores.shape[-1]:
        scores, order = scores.topk(sampling.top_k)
    else:
        scores, order = scores.sort(descending=True, stable=True)
    cumulative = scores.softmax(dim=-1).cumsum(dim=-1)
    total = cumulative[-1]
    if sampling.top_p < 1:
        kept = min(int((cumulative < sampling.top_p).sum()), len(cumulative) - 1)
        total = cumulative[kept]
    place = int((cumulative <= uniform(seed, step) * total).sum())
    return int(order[min(place, len(order) - 1)])


def uniform(seed: int, step: int) -> float:
    """A number in [0, 1) from a counter-based generator (Philox, Salmon et al. 2011)."""
    return float(np.random.Generator(np.random.Philox(key=seed, counter=step)).random())
