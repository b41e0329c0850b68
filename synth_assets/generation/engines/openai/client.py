"""One request's way to its result: turns, tries, pauses."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import httpx2
import orjson
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from synth_assets.errors import EngineError
from synth_assets.generation.engines.openai.answer import Answer, read_answer
from synth_assets.generation.engines.openai.body import Call
from synth_assets.generation.engines.openai.faults import CallError, RateLimitError
from synth_assets.generation.engines.openai.headers import exhausted_s
from synth_assets.generation.engines.openai.pace import Pace, Turnstile
from synth_assets.generation.engines.openai.secret import Key
from synth_assets.generation.spec import OpenAISpec

BACKOFF_S = 1.0
LONGEST_BACKOFF_S = 60.0
"""Waits between tries of one request: drawn from 0 to a bound that doubles (full jitter)."""
GET_S = 30.0
MAX_REFUSALS = 20
"""How often one request may be turned away with a 429 within one try; each costs a pause."""
_USED_UP = "its headers: the allowance is used up"
_JSON = {"Content-Type": "application/json"}
_USUAL: dict[str, str] = {}
_RENAMED = "max_completion_tokens"
"""OpenAI's reasoning models know max_tokens under this name alone, and say so in a 400; others,
such as Ollama, know the old name alone and say nothing."""


class Client:
    """Sends calls to one server, all through one turnstile. Lives in one event loop."""

    def __init__(self, spec: OpenAISpec, key: Key, pace: Pace) -> None:
        self._spec = spec
        self._key = key
        self._pace = pace
        self._turnstile = Turnstile(pace)
        self._http = open_http(spec, key)
        self._names = _USUAL
        self._used_up_s: float | None = None

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str) -> httpx2.Response:
        """One try of a GET; raises CallError when no answer comes."""
        limit_s = min(GET_S, self._spec.timeout_s)
        return await self._exchange(lambda: self._http.get(self._spec.url + path), limit_s)

    async def ask(self, call: Call) -> Answer:
        """The answer, after as many tries as the spec allows.

        Raises CallError when there is none, EngineError when the server asks for a pause that
        is longer than allowed.
        """
        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda error: getattr(error, "passing", False)),
            stop=stop_after_attempt(self._spec.attempts),
            wait=wait_random_exponential(multiplier=BACKOFF_S, max=LONGEST_BACKOFF_S),
            reraise=True,
        )
        answer: Answer = await retrying(self._try, call)
        return answer

    async def _try(self, call: Call) -> Answer:
        refusal = ""
        for _ in range(MAX_REFUSALS):
            async with self._turnstile.turn(call.tokens) as sent_at:
                self._check(self._used_up_s, _USED_UP)
                try:
                    return await self._send(call)
                except RateLimitError as error:
                    refusal = str(error)
                    self._check(error.retry_after_s, refusal)
                    self._pace.refused(sent_at, error.retry_after_s)
                except CallError as fault:
                    self._pause(fault.retry_after_s, str(fault))
                    raise
        raise CallError("transport", f"turned away {MAX_REFUSALS} times; last {refusal}")

    async def _send(self, call: Call) -> Answer:
        names = self._names
        response = await self._post(call, names)
        if response.status_code == 400 and names is _USUAL and _RENAMED in response.text:
            self._names = {"max_tokens": _RENAMED}
            response = await self._post(call, self._names)
        answer = read_answer(response, self._key)
        self._pace.answered(call.tokens, answer.prompt_tokens + answer.completion_tokens)
        self._put_off(exhausted_s(response.headers))
        return answer

    async def _post(self, call: Call, names: Mapping[str, str]) -> httpx2.Response:
        body = {names.get(name, name): value for name, value in call.body.items()}
        url, content = self._spec.url + call.path, orjson.dumps(body)
        send = partial(self._http.post, url, content=content, headers=_JSON)
        return await self._exchange(send, self._spec.timeout_s)

    async def _exchange(
        self, send: Callable[[], Awaitable[httpx2.Response]], limit_s: float
    ) -> httpx2.Response:
        """Send within the time-out of the whole exchange; a server that dribbles meets it too."""
        try:
            async with asyncio.timeout(limit_s):
                return await send()
        except (TimeoutError, httpx2.TimeoutException) as error:
            is_connect = isinstance(error, httpx2.ConnectTimeout)
            waited_s = self._spec.connect_timeout_s if is_connect else limit_s
            what = "connection" if is_connect else "whole answer"
            raise CallError("timeout", f"no {what} within {waited_s:g} s") from None
        except httpx2.TransportError as error:
            reason = self._key.clean(str(error) or type(error).__name__)
            raise CallError("transport", reason) from None
        except (httpx2.DecodingError, httpx2.StreamError) as error:
            raise CallError("transport", self._key.clean(str(error))) from None

    def _pause(self, asked_s: float | None, why: str) -> None:
        self._check(asked_s, why)
        if asked_s:
            self._pace.pause(asked_s)

    def _put_off(self, asked_s: float | None) -> None:
        """The allowance is used up with this answer, which counts: the next request waits, or ends
        the run where it would wait for too long."""
        if asked_s and asked_s <= self._spec.max_pause_s:
            self._pace.pause(asked_s)
        else:
            self._used_up_s = asked_s or self._used_up_s

    def _check(self, asked_s: float | None, why: str) -> None:
        limit = self._spec.max_pause_s
        if asked_s and asked_s > limit:
            raise EngineError(
                f"{self._spec.url} asks for a pause of {asked_s:,.0f} s ({why}); max_pause_s "
                f"allows {limit:,.0f} s: what is finished is kept, and the next run goes on"
            )


def open_http(spec: OpenAISpec, key: Key) -> httpx2.AsyncClient:
    """A pool of connections, as many as requests under way. Redirects are not followed: the key
    goes to the URL of the profile and nowhere else. An idle connection is left before common
    servers (uvicorn: 5 s) would close it under a request. No proxy for this machine itself."""
    direct: dict[str, Any] = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")}
    return httpx2.AsyncClient(
        headers=key.headers(),
        timeout=httpx2.Timeout(spec.timeout_s, connect=spec.connect_timeout_s, pool=None),
        limits=httpx2.Limits(
            max_connections=None, max_keepalive_connections=spec.in_flight, keepalive_expiry=4.0
        ),
        mounts=direct,
    )
