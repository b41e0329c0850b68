"""Main text of an HTML page: blocks of the parsed tree, scored one by one, written as Markdown."""

from synth_assets.ingest.extraction.main_text import main_text

__all__ = ["main_text"]
