"""An engine that is opened when the first request comes: a run whose results are all in the journal
loads no model."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from synth_assets.generation.engines.identity import identify, is_pinned
from synth_assets.generation.protocol import Engine, EngineIdentity, Request, Result
from synth_assets.generation.spec import EngineSpec


class OnDemandEngine:
    """See `protocol.Engine`. A hub model whose commit is not known yet is opened as soon as its
    identity is asked for."""

    def __init__(self, spec: EngineSpec, open_engine: Callable[[EngineSpec], Engine]) -> None:
        self._spec = spec
        self._open_engine = open_engine
        self._engine: Engine | None = None

    @property
    def identity(self) -> EngineIdentity:
        if self._engine is None and is_pinned(found := identify(self._spec)):
            return found
        return self._opened().identity

    @property
    def alive_at(self) -> float:
        return time.monotonic() if self._engine is None else self._engine.alive_at

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        source = iter(requests)
        first = next(source, None)
        if first is not None:
            yield from self._opened().generate(chain([first], source))

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _opened(self) -> Engine:
        if self._engine is None:
            self._engine = self._open_engine(self._spec)
        return self._engine
