"""Care for the journals under a root: what they hold, whether they are whole, what no one needs."""

from synth_assets.generation.journal.check import verify
from synth_assets.generation.journal.garbage import Garbage, collect_garbage
from synth_assets.generation.journal.names import BatchName, names
from synth_assets.generation.journal.stats import JournalStats, stats

__all__ = ["BatchName", "Garbage", "JournalStats", "collect_garbage", "names", "stats", "verify"]
