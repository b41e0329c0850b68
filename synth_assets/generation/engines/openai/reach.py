"""Is the server there, does it take the key, does it have the model? Asked before the first
request, and again when failures look like the server's own."""

from typing import Any

import orjson

from synth_assets.errors import EngineError
from synth_assets.generation.engines.openai.body import Path, make_probe
from synth_assets.generation.engines.openai.client import Client
from synth_assets.generation.engines.openai.faults import CallError
from synth_assets.generation.engines.openai.secret import Key
from synth_assets.generation.spec import OpenAISpec

_SHOWN = 8
_KEY_REFUSED = (401, 403)


async def check_server(client: Client, spec: OpenAISpec, key: Key, path: Path) -> None:
    """Raises EngineError with one sentence. A model in the server's list is believed; any other is
    asked for one token, since lists are incomplete (`transformers serve` names the models of its
    cache, not the folder that it was started with, and fails without a cache)."""
    try:
        response = await client.get("/models")
    except CallError as fault:
        raise _unreachable(spec, str(fault)) from None
    if response.status_code in _KEY_REFUSED:
        message = f"{response.status_code}: {key.clean(response.text)}"
        raise _key_refused(spec, message)
    served = _ids(response.content) if response.status_code == 200 else []
    if spec.model not in served:
        await probe(client, spec, path, served)


async def probe(client: Client, spec: OpenAISpec, path: Path, served: list[str]) -> None:
    """Ask for one token. Raises EngineError when the server has no answer even to that."""
    try:
        await client.ask(make_probe(path, spec))
    except CallError as fault:
        if fault.passing:
            raise _unreachable(spec, str(fault)) from None
        if str(fault).startswith(tuple(str(status) for status in _KEY_REFUSED)):
            raise _key_refused(spec, str(fault)) from None
        if fault.kind in ("content_filter", "no_text", "tool_calls", "finish_reason"):
            return  # an answer, if an odd one
        raise EngineError(
            f"{spec.url}{path} refuses model {spec.model} ({fault}); {_known(served)}"
        ) from None


def _unreachable(spec: OpenAISpec, reason: str) -> EngineError:
    return EngineError(
        f"{spec.url} cannot be used: {reason}; allowed is the base URL of a running "
        f"OpenAI-compatible server, such as http://localhost:8000/v1"
    )


def _key_refused(spec: OpenAISpec, message: str) -> EngineError:
    return EngineError(
        f"{spec.url} refuses the key ({message}); the environment variable {spec.api_key_env} must "
        f"hold a key that it takes"
    )


def _known(served: list[str]) -> str:
    if not served:
        return "it lists no models: check the model and that the URL ends as in .../v1"
    more = f" and {len(served) - _SHOWN} more" if len(served) > _SHOWN else ""
    return f"it serves {', '.join(served[:_SHOWN])}{more}"


def _ids(content: bytes) -> list[str]:
    try:
        body: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        return []
    listed = body.get("data") if isinstance(body, dict) else None
    models = listed if isinstance(listed, list) else []
    return [str(model["id"]) for model in models if isinstance(model, dict) and "id" in model]
