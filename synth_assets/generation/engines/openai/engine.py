"""The engine: pulls requests lazily, keeps a bounded number under way."""

import asyncio
import logging
import math
import time
from collections.abc import Iterable, Iterator
from itertools import islice

from synth_assets.errors import EngineError
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.engines.openai.answer import Answer
from synth_assets.generation.engines.openai.body import Call, Path, make_call
from synth_assets.generation.engines.openai.client import Client
from synth_assets.generation.engines.openai.faults import CallError
from synth_assets.generation.engines.openai.pace import Pace
from synth_assets.generation.engines.openai.reach import check_server, probe
from synth_assets.generation.engines.openai.secret import Key
from synth_assets.generation.engines.openai.session import Session
from synth_assets.generation.protocol import EngineIdentity, Request, Result
from synth_assets.generation.spec import OpenAISpec

GIVEN_UP_IN_ROW = 20
"""After so many requests without an answer, and none with one between them, the server is asked
whether it is still there: a night's requests must not all fail because it is not."""
FINE_S = 30.0
"""How long the server's own word that it is fine is believed."""

logger = logging.getLogger(__name__)


def open_openai(spec: OpenAISpec) -> "OpenAIEngine":
    """The engine; nothing is sent before the first request. Raises EngineError when the named
    environment variable holds no key."""
    return OpenAIEngine(spec, Key.find(spec))


class OpenAIEngine:
    """See `protocol.Engine`. Tokens are those that the server counts; a server that counts none is
    taken for 0 and named once in the log, since budgets in tokens do not see it.

    Seeds are sent with every request. Whether they make a text repeatable is up to the server;
    the journal keeps what came either way.
    """

    def __init__(self, spec: OpenAISpec, key: Key) -> None:
        self._spec = spec
        self._key = key
        self._pace = Pace(spec.in_flight, spec.requests_per_minute, spec.tokens_per_minute)
        self._health = _Health()
        self._session: Session | None = None
        self._closed = False

    @property
    def identity(self) -> EngineIdentity:
        return identify(self._spec)

    @property
    def alive_at(self) -> float:
        """The event loop's last heartbeat: a server may be silent for as long as `timeout_s` and a
        pause may last `max_pause_s`, and neither means that this engine hangs."""
        session = self._session
        return time.monotonic() if session is None else session.alive_at

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        """At most `in_flight` requests are pulled and unfinished.

        Raises EngineError when the server cannot be reached, refuses the key, does not have the
        model, or asks for too long a pause.
        """
        self._refuse_closed()
        source = iter(requests)
        with Session(lambda: _Worker(self._spec, self._key, self._pace, self._health)) as session:
            self._session = session
            try:
                yield from _keep_filled(session, source, self._spec.in_flight)
            finally:
                self._session = None

    def close(self) -> None:
        """Ends a `generate` that another thread waits in."""
        self._closed = True
        if (session := self._session) is not None:
            session.fail(EngineError(f"engine {self._spec.model} is closed"))

    def _refuse_closed(self) -> None:
        if self._closed:
            raise EngineError(f"engine {self._spec.model} is closed")


def _keep_filled(session: Session, source: Iterator[Request], size: int) -> Iterator[Result]:
    unfinished, room = 0, size
    while True:
        for request in islice(source, room):
            session.submit(request)
            unfinished += 1
        if not unfinished:
            return
        try:
            result = session.next()
        except EngineError:
            yield from session.rest(unfinished - 1)
            raise
        yield result
        unfinished, room = unfinished - 1, 1


class _Health:
    """What is known of the server, from one `generate` to the next."""

    def __init__(self) -> None:
        self.checked = False
        self.fine_at = -math.inf
        self.given_up = 0
        self.counts_tokens = True


class _Worker:
    """See `session.Worker`."""

    def __init__(self, spec: OpenAISpec, key: Key, pace: Pace, health: _Health) -> None:
        self._spec = spec
        self._key = key
        self._client = Client(spec, key, pace)
        self._health = health
        self._asking = asyncio.Lock()

    async def close(self) -> None:
        await self._client.close()

    async def result(self, request: Request) -> Result:
        begun = time.monotonic()
        try:
            call = make_call(request, self._spec)
            await self._check_once(call.path)
            answer = await self._ask(call)
        except CallError as fault:
            return Result(
                request.key,
                None,
                "error",
                latency_s=round(time.monotonic() - begun, 4),
                error_kind=fault.kind,
                error=str(fault),
            )
        return Result(
            request.key,
            answer.text,
            answer.finish_reason,
            answer.prompt_tokens,
            answer.completion_tokens,
            latency_s=round(time.monotonic() - begun, 4),
        )

    async def _ask(self, call: Call) -> Answer:
        try:
            answer = await self._client.ask(call)
        except CallError as fault:
            await self._doubt(fault, call.path)
            raise
        self._health.given_up = 0
        if not answer.counted and self._health.counts_tokens:
            self._health.counts_tokens = False
            logger.warning(
                "%s counts no tokens: they are taken for 0, and a budget in tokens does not hold",
                self._spec.url,
            )
        return answer

    async def _doubt(self, fault: CallError, path: Path) -> None:
        """Ask the server where a failure may be its own. Raises EngineError if it is."""
        health, begun = self._health, time.monotonic()
        health.given_up = health.given_up + 1 if fault.passing else 0
        if not fault.suspect and health.given_up < GIVEN_UP_IN_ROW:
            return
        async with self._asking:
            if health.fine_at < begun - FINE_S:
                await probe(self._client, self._spec, path, [])
                health.fine_at, health.given_up = time.monotonic(), 0

    async def _check_once(self, path: Path) -> None:
        async with self._asking:
            if not self._health.checked:
                await check_server(self._client, self._spec, self._key, path)
                self._health.checked = True
