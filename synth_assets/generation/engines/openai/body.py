"""A request as the API takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from synth_assets.generation.engines.openai.faults import CallError
from synth_assets.generation.protocol import Message, Prompt, Request
from synth_assets.generation.spec import OpenAISpec

Path = Literal["/completions", "/chat/completions"]

_SEED_BITS = (1 << 31) - 1
"""Some servers take seeds of 32 bits only. Prompts of their own may share a seed."""
_BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where, what, and about how many tokens it will take."""

    path: Path
    body: dict[str, Any] = field(repr=False)
    tokens: int


def make_call(request: Request, spec: OpenAISpec) -> Call:
    """Text and token ids go to /completions, messages to /chat/completions.

    Raises CallError where the API has no word for what is asked.
    """
    sampling = request.sampling
    if request.source_lang or request.target_lang:
        raise CallError(
            "unsupported", "a served model takes no languages: only kind: transformers does"
        )
    if sampling.num_beams > 1:
        raise CallError(
            "unsupported", f"num_beams = {sampling.num_beams} is not allowed: a served model has 1"
        )
    path, prompt, size = _prompt(request.prompt)
    body = {"model": spec.model} | prompt | {"max_tokens": sampling.max_new_tokens}
    body |= {"temperature": sampling.temperature, "seed": request.seed & _SEED_BITS}
    if sampling.temperature > 0:
        body["top_p"] = sampling.top_p
        if sampling.top_k:  # an addition of vLLM, SGLang and llama.cpp; others refuse it
            body["top_k"] = sampling.top_k
    return Call(path, _merged(body, spec.extra_body), size + sampling.max_new_tokens)


def make_probe(path: Path, spec: OpenAISpec) -> Call:
    """The smallest call that a server can answer."""
    message: Message = {"role": "user", "content": "a"}
    _, asked, size = _prompt("a" if path == "/completions" else [message])
    body = {"model": spec.model} | asked | {"max_tokens": 1}
    return Call(path, _merged(body, spec.extra_body), size + 1)


def _prompt(prompt: Prompt) -> tuple[Path, dict[str, Any], int]:
    """Path, the prompt's part of the body, and its size in tokens, guessed for text."""
    if not prompt:
        raise CallError("bad_prompt", "the prompt is empty")
    if isinstance(prompt, str):
        return "/completions", {"prompt": prompt}, _guess(prompt)
    if all(isinstance(part, int) for part in prompt):
        return "/completions", {"prompt": list(prompt)}, len(prompt)
    messages = [dict(part) for part in prompt if isinstance(part, Mapping)]
    if len(messages) < len(prompt):
        raise CallError("bad_prompt", "a prompt is text, token ids or messages, not a mixture")
    size = sum(_guess(str(message.get("content"))) for message in messages)
    return "/chat/completions", {"messages": messages}, size


def _guess(text: str) -> int:
    return len(text.encode()) // _BYTES_PER_TOKEN + 1


def _merged(body: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    merged = body | dict(extra)
    taken_out = {name for name, value in extra.items() if value is None}
    return {name: value for name, value in merged.items() if name not in taken_out}
