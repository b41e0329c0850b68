"""How an engine is opened from the profile's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from synth_assets.generation.engines.on_demand import OnDemandEngine
from synth_assets.generation.engines.warm import kept_warm
from synth_assets.generation.protocol import Engine
from synth_assets.generation.spec import (
    CTranslate2Spec,
    EngineSpec,
    LocalSpec,
    NgramSpec,
    OpenAISpec,
    RulesSpec,
    VllmSpec,
)


def open_engine(spec: EngineSpec) -> Engine:
    """Load the engine that the spec names; the caller closes it.

    Raises EngineError when the model cannot be loaded, ProfileError when it does not exist. A
    served model is looked for when the first request is sent.
    """
    if isinstance(spec, RulesSpec):
        from synth_assets.generation.engines.rules import RulesEngine

        return RulesEngine()
    if isinstance(spec, NgramSpec):
        from synth_assets.generation.engines.ngram import NgramEngine

        return NgramEngine(spec)
    if isinstance(spec, OpenAISpec):
        from synth_assets.generation.engines.openai import open_openai

        return open_openai(spec)
    if isinstance(spec, CTranslate2Spec):
        from synth_assets.generation.engines.ctranslate2 import open_ctranslate2

        return open_ctranslate2(spec)
    if isinstance(spec, VllmSpec):
        from synth_assets.generation.engines.vllm import open_vllm

        return open_vllm(spec)
    from synth_assets.generation.engines.loading import open_transformers

    return open_transformers(spec)


@contextmanager
def use_engine(spec: EngineSpec) -> Iterator[Engine]:
    """The engine for one stage, opened when its first request comes. A process that keeps engines
    warm (the GPU lane, see `warm.keep_warm`) lends the one it holds and keeps it; any other
    process lets go of it at the end."""
    warm = kept_warm()
    if warm is not None and isinstance(spec, LocalSpec):  # the others hold nothing worth a slot
        with warm.lend(spec) as lent:
            yield lent
        return
    engine = OnDemandEngine(spec, open_engine)
    try:
        yield engine
    finally:
        engine.close()
