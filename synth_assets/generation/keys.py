"""Content keys and seeds: equal work has an equal key, whatever document or batch asked for it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from synth_assets.errors import ProfileError
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


def make_requests(
    identity: EngineIdentity,
    prompt: Prompt,
    sampling: Sampling,
    *,
    n: int,
    profile_seed: int,
    step: str,
    attempt: int = 0,
    source_lang: str | None = None,
    target_lang: str | None = None,
) -> list[Request]:
    """`n` samples of one prompt, a request each; the first is what `make_request` gives, so that a
    recipe which asks for more samples than before pays for the new ones only.

    Raises ProfileError where n > 1 samples are to be decoded without chance.
    """
    if n < 1:
        raise ProfileError(f"{step}: {n} samples of one prompt are not allowed; it is 1 or more")
    if n > 1 and sampling.temperature == 0:
        raise ProfileError(
            f"{step}: {n} samples of one prompt need sampling.temperature > 0; at 0 they would be "
            f"the same text {n} times"
        )
    return [
        make_request(
            identity,
            prompt,
            sampling,
            profile_seed=profile_seed,
            step=step,
            sample=sample,
            attempt=attempt,
            source_lang=source_lang,
            target_lang=target_lang,
        )
        for sample in range(n)
    ]


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
