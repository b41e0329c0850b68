"""Main text from HTML: ours, resiliparse and trafilatura on pages with gold text."""

from synth_assets.bench.extract.cases import cases

__all__ = ["cases"]
