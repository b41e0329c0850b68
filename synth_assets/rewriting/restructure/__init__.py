"""Deterministic restructurings, by name: the operations of the `rules` engine."""

from synth_assets.generation.engines.rules import Operation
from synth_assets.hashing import digest
from synth_assets.rewriting.grammar import noise
from synth_assets.rewriting.restructure import encyclopedic, faq, table, tutorial
from synth_assets.rewriting.restructure.frames import frames_version

OUTLINE_VERSION = "1"
"""Bumped by hand when blocks, outline or sentences are read otherwise."""

_MODULES = {"faq": faq, "tutorial": tutorial, "table": table, "encyclopedic": encyclopedic}


def operations() -> dict[str, Operation]:
    """Every operation with the version of all that shapes its texts."""
    found = {
        name: Operation(
            version=digest(module.VERSION, OUTLINE_VERSION, frames_version())[:12],
            restructure=module.restructure,
        )
        for name, module in _MODULES.items()
    }
    return {**found, "grammatical_errors": Operation(noise.VERSION, draw=noise.draw)}
