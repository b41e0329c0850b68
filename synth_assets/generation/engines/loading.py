"""From the profile's words to the plain arguments that `local` takes."""

from typing import Any

from synth_assets import bundled
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.engines.local import loading
from synth_assets.generation.protocol import Engine
from synth_assets.generation.spec import LocalSpec, TransformersSpec


def open_transformers(spec: TransformersSpec) -> Engine:
    """Load the model; raises EngineError with one sentence when that is not possible."""
    engine: Engine = loading.load_engine(
        bundled.resolve(spec.model),
        spec.task,
        identify(spec),
        revision=spec.revision,
        device=spec.device,
        dtype=spec.dtype,
        batch_size=_number(spec.batch_size),
        window=spec.window,
        replicas=_number(spec.replicas),
    )
    return engine


def load_tokenizer(spec: LocalSpec) -> Any:
    """The tokenizer alone."""
    return loading.load_tokenizer(bundled.resolve(spec.model), spec.revision)


def _number(setting: int | str) -> int | None:
    return None if setting == "auto" else int(setting)
