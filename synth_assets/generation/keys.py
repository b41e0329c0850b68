"""Content keys and seeds: equal work has an equal key, whatever document or batch asked for it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from synth_assets.generation.protocol import EngineIdentity, Prompt, Request, Sampling
from synth_assets.hashing import digest_json


def request_seed(
    profile_seed: int, step: str, prompt: Prompt, sample: int = 0, attempt: int = 0
) -> int:
    """A seed of 63 bits from what is asked, never from ids, versions or batches."""
    parts = [profile_seed, step, _plain(prompt), sample, attempt]
    return int(digest_json(parts)[:16], 16) >> 1


def make_request(
    identity: EngineIdentity,
    prompt: Prompt,
    sampling: Sampling,
    *,
    profile_seed: int,
    step: str,
    sample: int = 0,
    attempt: int = 0,
    source_lang: str | None = None,
    target_lang: str | None = None,
) -> Request:
    """The request with its key: the digest of all that shapes the result."""
    greedy = sampling.temperature == 0
    seed = 0 if greedy else request_seed(profile_seed, step, prompt, sample, attempt)
    key = digest_json(
        [
            _fields(identity),
            _plain(prompt),
            _shaping(sampling, greedy=greedy),
            seed,
            source_lang,
            target_lang,
        ]
    )
    return Request(key, prompt, sampling, seed, source_lang, target_lang)


@lru_cache(maxsize=64)
def _fields(identity: EngineIdentity) -> dict[str, Any]:
    return identity.to_dict()


def _shaping(sampling: Sampling, *, greedy: bool) -> list[float | int]:
    """Only what counts: greedy decoding does not look at top_p and top_k."""
    drawing = [] if greedy else [sampling.temperature, sampling.top_p, sampling.top_k]
    return [*drawing, sampling.num_beams, sampling.max_new_tokens]


def _plain(prompt: Prompt) -> object:
    return prompt if isinstance(prompt, str) else _listed(prompt)


def _listed(prompt: Sequence[object]) -> list[object]:
    return [dict(turn) if isinstance(turn, dict) else turn for turn in prompt]
