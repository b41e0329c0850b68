"""The way back of a sample: what was translated is translated again and compared with its source.

The measure is chrF (Popović 2015, sacrebleu's) over all segments of a document. A low one says that
something was lost on one of the two ways. The reverse translator is the profile's; documents are
sampled by their ids, so that a rerun asks about the same ones.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from synth_assets.generation.engines import use_engine
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import (
    Engine,
    EngineIdentity,
    Request,
    Result,
    Sampling,
)
from synth_assets.generation.spec import EngineSpec
from synth_assets.hashing import digest
from synth_assets.profile.translation import TranslationTarget
from synth_assets.translation.translators.translator import Translator

NAME = "round_trip"
"""The drop reason, and the step of the requests."""

COLUMN = "round_trip_chrf"

AT_ONCE = 50_000
"""Requests of the way back that wait for their model; changing models may take a minute."""


@dataclass(frozen=True, slots=True)
class BackRequest(Request):
    """A request to the reverse translator."""


@dataclass(frozen=True)
class WayBack:
    """Asks for the way back of a `share` of the documents, and scores it."""

    translator: Translator
    identity: EngineIdentity
    sampling: Sampling
    seed: int
    share: float
    min_chrf: float

    def samples(self, doc_id: str) -> bool:
        return int(digest(NAME, doc_id)[:8], 16) < self.share * (1 << 32)

    def request(self, text: str) -> BackRequest:
        source, target = self.translator.languages
        made = make_request(
            self.identity,
            self.translator.prompt(text, ()),
            self.sampling,
            profile_seed=self.seed,
            step=NAME,
            source_lang=source,
            target_lang=target,
        )
        return BackRequest(
            made.key, made.prompt, made.sampling, made.seed, made.source_lang, made.target_lang
        )

    def score(
        self, pairs: Sequence[tuple[str, str]], results: Mapping[str, Result]
    ) -> float | None:
        """chrF of what came back of (source, translation) pairs, 0 to 100; what failed on the way
        back is left out, and None where all did."""
        found = [(source, results[self.request(text).key].text) for source, text in pairs]
        back = [(source, self.translator.read(text)) for source, text in found if text is not None]
        if not back:
            return None
        sources, returned = zip(*back, strict=True)
        return round(float(_chrf().corpus_score(list(returned), [list(sources)]).score), 2)


@cache
def _chrf() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()


class TwoWays:
    """Two engines as one, for requests of both ways. One model is held at a time: the way back
    waits until the way there has no more, or AT_ONCE of its requests wait."""

    def __init__(self, there: EngineSpec, back: EngineSpec) -> None:
        self._there = there
        self._back = back
        self._engine: Engine | None = None

    @property
    def identity(self) -> EngineIdentity:
        return identity_of(self._there)

    @property
    def alive_at(self) -> float:
        engine = self._engine
        return time.monotonic() if engine is None else engine.alive_at

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        source = iter(requests)
        waiting: list[Request] = []
        is_done = False

        def there() -> Iterator[Request]:
            nonlocal is_done
            for request in source:
                if not isinstance(request, BackRequest):
                    yield request
                    continue
                waiting.append(request)
                if len(waiting) == AT_ONCE:
                    return
            is_done = True

        while not is_done:
            yield from self._answers(self._there, there())
            yield from self._answers(self._back, waiting)
            waiting.clear()

    def close(self) -> None:
        """Nothing is held between two calls."""

    def _answers(self, spec: EngineSpec, requests: Iterable[Request]) -> Iterator[Result]:
        with use_engine(spec) as self._engine:
            yield from self._engine.generate(requests)
        self._engine = None


@contextmanager
def use_engines(target: TranslationTarget) -> Iterator[Engine]:
    """The engine of a target's requests, of both ways where the profile names a way back."""
    back = target.round_trip
    if back is None or back.engine == target.engine:
        with use_engine(target.engine) as engine:
            yield engine
    else:
        yield TwoWays(target.engine, back.engine)


def identity_of(spec: EngineSpec) -> EngineIdentity:
    """As the engine says, which opens a hub model whose commit is not known yet."""
    with use_engine(spec) as engine:
        return engine.identity
