"""The journal: every finished generation, kept under its content key and never made twice."""

from synth_assets.generation.journal.journal import Journal
from synth_assets.generation.journal.lines import read_lines

__all__ = ["Journal", "read_lines"]
