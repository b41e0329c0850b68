"""What a decoding loop is given by its engine."""

from collections.abc import Callable
from dataclasses import dataclass

from synth_assets.generation.engines.local.feed import Feed
from synth_assets.generation.engines.local.rows import Emit


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where rows come from and go to."""

    feed: Feed
    emit: Emit
    beat: Callable[[], None]
    """Called at every sign of life."""
