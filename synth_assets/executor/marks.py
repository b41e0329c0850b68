"""The marks of a GPU asset, always set together; and where a process finds its lane."""

import os
from typing import TypedDict

LANE_TAG = "synth_assets/lane"
"""The op tag that routes a step. Routing sees op tags, never an asset's tags."""

GPU = "gpu"
CPU = "cpu"
GPU_RETRIES = 3

LANE_VARIABLE = "SYNTH_ASSETS_LANE"
"""Set in every process that executes steps."""


class Marks(TypedDict):
    """Keyword arguments of `dagster.asset` that decide where its step runs."""

    tags: dict[str, str]
    op_tags: dict[str, str]
    pool: str | None


def gpu_marks() -> Marks:
    """In the GPU lane, one step at a time."""
    return {"tags": {LANE_TAG: GPU}, "op_tags": {LANE_TAG: GPU}, "pool": GPU}


def cpu_marks() -> Marks:
    """In a local child of the run worker."""
    return {"tags": {LANE_TAG: CPU}, "op_tags": {LANE_TAG: CPU}, "pool": None}


def current_lane() -> str:
    """`gpu` or `cpu` in a process that the executor started; `in process` elsewhere."""
    return os.environ.get(LANE_VARIABLE, "in process")
