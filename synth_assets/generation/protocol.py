"""What an engine is: it pulls requests lazily and yields results in completion order."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol, TypedDict

from synth_assets.errors import EngineError

__all__ = [
    "NO_STRUCTURE",
    "Engine",
    "EngineError",
    "EngineIdentity",
    "FinishReason",
    "Message",
    "ModelEngine",
    "Prompt",
    "Request",
    "Result",
    "Sampling",
    "SerialEngine",
]


class Message(TypedDict):
    """One turn of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


Prompt = str | Sequence[Message] | Sequence[int]
"""Text, chat messages, or token ids."""

NO_STRUCTURE = "no_structure"
"""Error kind of the one answer without text that is no failure: the document has nothing that the
rule could work with."""

FinishReason = Literal["stop", "length", "error"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How text is drawn; temperature 0 is greedy."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    num_beams: int = 1
    max_new_tokens: int = 512


@dataclass(frozen=True, slots=True)
class Request:
    """One model call. `key` names its result for ever; see `keys.request_key`."""

    key: str
    prompt: Prompt
    sampling: Sampling
    seed: int
    source_lang: str | None = None
    target_lang: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a request. `text` is None exactly where `finish_reason` is `error`; an
    error's message never stands where a text is expected."""

    key: str
    text: str | None
    finish_reason: FinishReason
    prompt_tokens: int = 0
    completion_tokens: int = 0
    latency_s: float = 0.0
    attempt: int = 0
    error_kind: str | None = None
    error: str | None = None

    @property
    def failed(self) -> bool:
        return self.finish_reason == "error"

    @property
    def is_failure(self) -> bool:
        """Whether people are told that the request failed: NO_STRUCTURE is no fault of it."""
        return self.failed and self.error_kind != NO_STRUCTURE


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """What of an engine shapes its texts: part of every request's key."""

    kind: str
    model: str
    revision: str
    tokenizer: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Engine(Protocol):
    """A source of generations. One bad request never stops the rest: it yields a Result with
    `finish_reason="error"`. Retries, journal, gates, budget and progress live in the runner."""

    @property
    def identity(self) -> EngineIdentity: ...

    @property
    def alive_at(self) -> float:
        """`time.monotonic()` of the last sign of life while generating: a token, a model loaded, a
        chunk from a server. The runner takes an engine that is silent for too long for hung."""
        ...

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        """Results in completion order, one for every request pulled.

        Raises EngineError when the engine as a whole cannot go on.
        """
        ...

    def close(self) -> None:
        """Let go of the model's memory."""
        ...


class ModelEngine:
    """What engines with a model in this process share; see `Engine`."""

    def __init__(self, identity: EngineIdentity) -> None:
        self._identity = identity
        self._is_closed = False
        self._beat()

    @property
    def identity(self) -> EngineIdentity:
        return self._identity

    @property
    def alive_at(self) -> float:
        return self._alive_at

    def close(self) -> None:
        """From here on nothing is generated."""
        self._is_closed = True

    def _begin(self) -> None:
        """Raises EngineError where the engine is closed."""
        if self._is_closed:
            raise EngineError(f"engine {self._identity.model} is closed")
        self._beat()

    def _beat(self) -> None:
        self._alive_at = time.monotonic()


class SerialEngine(ABC):
    """What engines share that answer one request after the other and hold nothing; see `Engine`."""

    @property
    def alive_at(self) -> float:
        return time.monotonic()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        for request in requests:
            yield self._answer(request)

    def close(self) -> None:  # noqa: B027 (it is what they share, not what they must add)
        """Nothing is held."""

    @abstractmethod
    def _answer(self, request: Request) -> Result: ...
