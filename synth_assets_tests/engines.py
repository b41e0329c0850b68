"""Small engines for tests of the runner and the stages: real engines, whose model is a function."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from synth_assets.generation.protocol import EngineIdentity, Request, Result


@dataclass
class ScriptedEngine:
    """Answers each prompt by `answer`; counts what it was sent."""

    answer: Callable[[Request], Result]
    sent: list[str] = field(default_factory=list)

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity("scripted", "scripted", "1", "")

    @property
    def alive_at(self) -> float:
        return time.monotonic()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        for request in requests:
            self.sent.append(request.key)
            yield self.answer(request)

    def close(self) -> None:
        return


def upper(request: Request) -> Result:
    """The prompt in capitals."""
    text = str(request.prompt).upper()
    return Result(request.key, text, "stop", len(text.split()), len(text.split()))


def broken(request: Request) -> Result:
    """A lasting failure."""
    return Result(request.key, None, "error", error_kind="prompt_too_long", error="too long")
