"""What the models are asked: prompts and answer lengths of a wide spread, from a fixed seed.

Random weights never end an answer by themselves, so every request carries its own length.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Ask:
    """One prompt, as text of `prompt_tokens` words, and the tokens wanted for it."""

    prompt: str
    prompt_tokens: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens from `low` to `high`, evenly spread on a logarithmic scale: as with pages, most are
    short and a few are long."""

    low: int
    high: int

    def draw(self, noise: np.random.Generator, count: int) -> list[int]:
        return [round(x) for x in np.exp(noise.uniform(np.log(self.low), np.log(self.high), count))]


PROMPTS = Lengths(40, 900)
ANSWERS = Lengths(12, 400)


def mixed_asks(
    count: int,
    *,
    vocabulary: int,
    prompts: Lengths = PROMPTS,
    answers: Lengths = ANSWERS,
    seed: int = 3,
) -> list[Ask]:
    """Prompt and answer lengths drawn independently: an engine cannot tell from a prompt how long
    its answer gets."""
    noise = np.random.default_rng(seed)
    sizes = zip(prompts.draw(noise, count), answers.draw(noise, count), strict=True)
    return [Ask(_words(noise, size, vocabulary), size, wanted) for size, wanted in sizes]


def steady_asks(
    count: int, *, vocabulary: int, prompt_tokens: int, answer_tokens: int, seed: int = 3
) -> list[Ask]:
    """Log-normal lengths (sigma 0.4) around the given means, none above three times its mean."""
    noise = np.random.default_rng(seed)
    prompts = _around(noise, prompt_tokens, count)
    answers = _around(noise, answer_tokens, count)
    return [
        Ask(_words(noise, size, vocabulary), size, wanted)
        for size, wanted in zip(prompts, answers, strict=True)
    ]


def word(number: int) -> str:
    """The word that the benchmark's tokenizer takes as this one token."""
    return f"w{number}"


def _words(noise: np.random.Generator, size: int, vocabulary: int) -> str:
    # the first two are special tokens
    return " ".join(word(number) for number in noise.integers(2, vocabulary, size))


def _around(noise: np.random.Generator, mean: int, count: int) -> list[int]:
    drawn: Floats = noise.lognormal(0.0, 0.4, count)
    drawn *= mean / drawn.mean()
    return [max(1, round(min(size, 3 * mean))) for size in drawn]


def total_wanted(asks: Sequence[Ask]) -> int:
    """Tokens wanted in all; the only ones that count."""
    return sum(ask.wanted for ask in asks)
