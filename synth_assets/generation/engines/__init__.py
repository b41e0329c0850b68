"""Engines: what turns requests into texts.

What this package exports is imported when it is asked for: the engines of `local` run on machines
that have torch, transformers and numpy alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synth_assets.generation.engines.identity import identify, weights_version
    from synth_assets.generation.engines.opening import open_engine, use_engine
    from synth_assets.generation.engines.warm import WarmEngine, keep_warm

__all__ = ["WarmEngine", "identify", "keep_warm", "open_engine", "use_engine", "weights_version"]

_HOMES = {
    "WarmEngine": "warm",
    "identify": "identity",
    "keep_warm": "warm",
    "open_engine": "opening",
    "use_engine": "opening",
    "weights_version": "identity",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
