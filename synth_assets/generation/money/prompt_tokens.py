"""Counting the tokens of prompts without the model: by its own tokenizer where that is at hand."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from synth_assets.generation.engines.local.tasks import read_task
from synth_assets.generation.protocol import Prompt, Request
from synth_assets.generation.spec import EngineSpec, FreeSpec, LocalSpec, TransformersSpec

Count = Callable[[Sequence[Request]], list[int]]
"""Prompt tokens of requests, in order."""


@dataclass(frozen=True, slots=True)
class PromptCounter:
    """`by` says whose tokens they are; `exact` whether the engine will count the same."""

    count: Count
    by: str
    exact: bool


def prompt_counter(spec: EngineSpec, packing_tokenizer: str) -> PromptCounter:
    """The counter for an engine's prompts. A served model, or a hub model whose tokenizer cannot be
    had, is counted by the packing tokenizer: near, and without the chat template."""
    if isinstance(spec, FreeSpec):
        return PromptCounter(lambda requests: [0] * len(requests), "no model", exact=True)
    tokenizer = _own_tokenizer(spec)
    if tokenizer is None:
        return PromptCounter(_by_packing(packing_tokenizer), "packing tokenizer", exact=False)
    task = spec.task if isinstance(spec, TransformersSpec) else "causal"
    count = {"seq2seq": _seq2seq, "resample": _resampled}.get(task, _causal)(tokenizer)
    return PromptCounter(count, "the model's tokenizer", exact=True)


def _own_tokenizer(spec: EngineSpec) -> Any:
    if not isinstance(spec, LocalSpec):
        return None
    import transformers

    from synth_assets import bundled

    try:
        with warnings.catch_warnings(action="ignore"):  # advice to whoever trains with it
            return transformers.AutoTokenizer.from_pretrained(
                bundled.resolve(spec.model), revision=spec.revision
            )
    except (OSError, ValueError, ImportError):
        return None


def _seq2seq(tokenizer: Any) -> Count:
    from synth_assets.generation.engines.local.faults import RequestError
    from synth_assets.generation.engines.local.languages import LanguageTokens

    languages = LanguageTokens(tokenizer)

    def count(request: Request) -> int:
        try:
            text = plain_text(request.prompt)
            return len(languages.encode(text, request.source_lang, request.target_lang).ids)
        except RequestError:
            return 0  # the engine refuses it too, and nothing is paid

    return lambda requests: [count(request) for request in requests]


def _causal(tokenizer: Any) -> Count:
    def count(request: Request) -> int:
        prompt = request.prompt
        if isinstance(prompt, str):
            return len(tokenizer(prompt, verbose=False).input_ids)
        if all(isinstance(part, int) for part in prompt):
            return len(prompt)
        text = tokenizer.apply_chat_template(
            list(prompt), add_generation_prompt=True, tokenize=False
        )
        return len(tokenizer(text, add_special_tokens=False, verbose=False).input_ids)

    return lambda requests: [count(request) for request in requests]


def _resampled(tokenizer: Any) -> Count:
    def count(request: Request) -> int:
        return len(tokenizer(read_task(request).text, verbose=False).input_ids)

    return lambda requests: [count(request) for request in requests]


def _by_packing(name: str) -> Count:
    from synth_assets.packing.tokenizer import token_counter

    counter = token_counter(name)
    return lambda requests: counter([plain_text(request.prompt) for request in requests])


def plain_text(prompt: Prompt) -> str:
    """What stands in a prompt, message after message."""
    if isinstance(prompt, str):
        return prompt
    turns = (part["content"] for part in prompt if isinstance(part, dict))
    return "\n".join(turns)
