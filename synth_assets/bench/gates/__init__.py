"""The gates of translation on human translations, whole and with planted faults."""

from synth_assets.bench.gates.cases import cases

__all__ = ["cases"]
