"""Engines: what turns requests into texts, and how one is opened from the profile's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from synth_assets.generation.engines.identity import identify, weights_version
from synth_assets.generation.engines.on_demand import OnDemandEngine
from synth_assets.generation.engines.warm import WarmEngine, keep_warm, kept_warm
from synth_assets.generation.protocol import Engine
from synth_assets.generation.spec import EngineSpec, RulesSpec

__all__ = ["WarmEngine", "identify", "keep_warm", "open_engine", "use_engine", "weights_version"]


def open_engine(spec: EngineSpec) -> Engine:
    """Load the engine that the spec names; the caller closes it.

    Raises EngineError when the model cannot be loaded, ProfileError when it does not exist.
    """
    if isinstance(spec, RulesSpec):
        from synth_assets.generation.engines.rules import RulesEngine

        return RulesEngine()
    from synth_assets.generation.engines.loading import open_transformers

    return open_transformers(spec)


@contextmanager
def use_engine(spec: EngineSpec) -> Iterator[Engine]:
    """The engine for one stage, opened when its first request comes. A process that keeps engines
    warm (the GPU lane, see `warm.keep_warm`) lends the one it holds and keeps it; any other
    process lets go of it at the end."""
    warm = kept_warm()
    if warm is not None and not isinstance(spec, RulesSpec):  # rules hold nothing worth a slot
        with warm.lend(spec) as lent:
            yield lent
        return
    engine = OnDemandEngine(spec, open_engine)
    try:
        yield engine
    finally:
        engine.close()
