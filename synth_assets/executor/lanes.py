"""The lanes, and in which of them a process executes steps. Imports nothing heavy: the GPU lane
must answer soon after its start."""

import os

GPU = "gpu"
CPU = "cpu"

LANE_VARIABLE = "SYNTH_ASSETS_LANE"
"""Set in every process that executes steps."""


def current_lane() -> str:
    """`gpu` or `cpu` in a process that the executor started; `in process` elsewhere."""
    return os.environ.get(LANE_VARIABLE, "in process")
