"""The marks of an asset by its engine, always set together: where its step runs."""

from typing import TypedDict
from urllib.parse import urlsplit

from synth_assets.executor.lanes import CPU, GPU
from synth_assets.generation.spec import EngineSpec, LocalSpec, OpenAISpec

LANE_TAG = "synth_assets/lane"
"""The op tag that routes a step. Routing sees op tags, never an asset's tags."""

PRIORITY_TAG = "dagster/priority"
"""Of a step within its run, and of a run in the queue; a higher number goes first."""

GENERATION_RETRIES = 3


class Marks(TypedDict):
    """Keyword arguments of `dagster.asset` that decide where its step runs."""

    tags: dict[str, str]
    op_tags: dict[str, str]
    kinds: set[str]
    pool: str | None


def marks_of(engine: EngineSpec | None) -> Marks:
    """Only an engine that holds a model on this machine's device goes to the GPU lane. A served
    model is waited for and rules take milliseconds: those steps are local children, which no night
    of GPU work keeps waiting."""
    if engine is None:
        return _marks(CPU, {"polars", "parquet"})
    if isinstance(engine, LocalSpec):
        return _marks(GPU, {GPU, engine.kind, "parquet"}, pool=GPU)
    kinds = {engine.kind, "parquet"}
    if isinstance(engine, OpenAISpec):
        return _marks(CPU, kinds, pool=served_pool(engine.url))
    return _marks(CPU, kinds)


def marks_of_training() -> Marks:
    """Training a model takes the device for itself."""
    return _marks(GPU, {GPU, "transformers"}, pool=GPU)


def served_pool(url: str) -> str:
    """The pool of a served model: one step at a time asks it, over all runs, because its rate
    limits and pauses are known to one process alone, which fills it by itself."""
    return f"served/{urlsplit(url).netloc}"


def _marks(lane: str, kinds: set[str], pool: str | None = None) -> Marks:
    op_tags = {LANE_TAG: lane}
    if pool is not None:
        op_tags[PRIORITY_TAG] = "1"  # the longest steps begin first, beside the others
    return {"tags": {LANE_TAG: lane}, "op_tags": op_tags, "kinds": kinds, "pool": pool}
