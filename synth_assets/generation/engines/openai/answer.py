"""What a server's answer says: a text, or why there is none."""

from dataclasses import dataclass
from typing import Any

import httpx2
import orjson

from synth_assets.generation.engines.openai.faults import CallError, RateLimitError
from synth_assets.generation.engines.openai.headers import exhausted_s, retry_after_s
from synth_assets.generation.engines.openai.secret import Key
from synth_assets.generation.protocol import FinishReason

_FINISHED: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
}
_BROKEN_OFF = frozenset({"abort", "error", "cancelled"})
"""The server gave up on its own; another try may do better."""
_PASSING = frozenset({408, 409, 425})
_SUSPECT = frozenset({401, 402, 403, 404})
"""May mean the key, the account or the model rather than this request; so may a redirect, and a
429 for a quota that is spent."""
_TOO_LONG = ("context_length_exceeded", "maximum context length", "maximum model length")


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished text; tokens are 0 where the server counted none (`counted` is false then)."""

    text: str
    finish_reason: FinishReason
    prompt_tokens: int
    completion_tokens: int
    counted: bool


def read_answer(response: httpx2.Response, key: Key) -> Answer:
    """Raises CallError for an answer without a finished text, RateLimitError for a 429."""
    if response.status_code != 200:
        raise _refusal(response, key)
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise CallError("transport", "the answer is no JSON, or was cut off") from None
    if isinstance(body, dict) and body.get("error"):
        raise CallError("transport", f"an error in the answer: {key.clean(_message(body))}")
    choice = _first_choice(body)
    reason = _finish_reason(choice, key)
    text = _text(choice, key)
    return Answer(text, reason, *_usage(body))


def _refusal(response: httpx2.Response, key: Key) -> Exception:
    status = response.status_code
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        body = response.text
    message = f"{status}: {key.clean(_message(body))}"
    after = retry_after_s(response.headers)
    if status == 429 and _code(body) != "insufficient_quota":
        return RateLimitError(message, after or exhausted_s(response.headers))
    if status in _PASSING or status >= 500:
        return CallError("transport", message, retry_after_s=after)
    too_long = any(mark in f"{_code(body)} {message}" for mark in _TOO_LONG)
    kind = "prompt_too_long" if too_long else "refused"
    return CallError(kind, message, suspect=status in _SUSPECT or status < 400 or status == 429)


def _first_choice(body: Any) -> dict[str, Any]:
    choices = body.get("choices") if isinstance(body, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise CallError("transport", "the answer has no choices")
    return choices[0]


def _finish_reason(choice: dict[str, Any], key: Key) -> FinishReason:
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason in _FINISHED:
        return _FINISHED[reason]
    if reason is None or (isinstance(reason, str) and reason in _BROKEN_OFF):
        raise CallError("transport", f"the answer is not finished: finish_reason is {reason}")
    if reason == "content_filter":
        raise CallError("content_filter", "the server's filter held the answer back")
    if reason in ("tool_calls", "function_call"):
        raise CallError("tool_calls", "the answer calls a tool, and none was offered")
    raise CallError(
        "finish_reason", f"finish_reason = {key.clean(repr(reason))} is not known: stop or length"
    )


def _text(choice: dict[str, Any], key: Key) -> str:
    message = choice.get("message")
    holder = message if isinstance(message, dict) else choice
    text = holder.get("content" if holder is message else "text")
    if isinstance(text, str):
        return text
    if isinstance(refusal := holder.get("refusal"), str):
        raise CallError("content_filter", f"the model refused: {key.clean(refusal)}")
    if holder.get("tool_calls"):
        raise CallError("tool_calls", "the answer calls a tool, and none was offered")
    reason = choice.get("finish_reason")
    raise CallError("no_text", f"the answer has no text; finish_reason is {reason}")


def _usage(body: dict[str, Any]) -> tuple[int, int, bool]:
    usage = body.get("usage")
    counts = [
        usage.get(name) if isinstance(usage, dict) else None
        for name in ("prompt_tokens", "completion_tokens")
    ]
    prompt, completion = (count if isinstance(count, int) else 0 for count in counts)
    return max(0, prompt), max(0, completion), all(isinstance(count, int) for count in counts)


def _code(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code")) if isinstance(error, dict) else ""


def _message(body: Any) -> str:
    """The message in the shapes that servers give errors: OpenAI's, FastAPI's, plain text."""
    for name in ("error", "detail", "message", "msg"):
        if isinstance(body, dict) and body.get(name):
            return _message(body[name])
    if isinstance(body, list) and body:
        return _message(body[0])
    return body if isinstance(body, str) else str(body or "")
