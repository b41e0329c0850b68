"""One model at a time on a GPU, also where the lanes of several homes share a machine.

A home has one lane, and a lane one model. Two homes of one user meet at a lock file per GPU in the
temporary folder: the second lane waits until the first has let go of its model, which it does for
another model and when it is idle. Homes that see different GPUs (CUDA_VISIBLE_DEVICES) do not meet.
"""

import os
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from synth_assets.generation.spec import EngineSpec, TransformersSpec, VllmSpec

POLL_S = 0.5


def gpus_of(spec: EngineSpec) -> list[str]:
    """Names of the GPUs that the model will lie on: indices or UUIDs, as CUDA_VISIBLE_DEVICES has
    them. None where there is no CUDA device, or the model stays off it."""
    import torch

    if not torch.cuda.is_available():
        return []
    if isinstance(spec, VllmSpec):
        return [_name(index) for index in range(spec.tensor_parallel_size)]
    if not isinstance(spec, TransformersSpec) or not spec.device.startswith(("auto", "cuda")):
        return []
    index = spec.device.partition(":")[2]
    return [_name(int(index) if index.isdecimal() else 0)]


class GpuLocks:
    """The GPUs that this process's model lies on."""

    def __init__(self) -> None:
        self._held: list[FileLock] = []

    def hold(self, gpus: Sequence[str]) -> None:
        """Wait until no other process's model lies on these GPUs; always in one order, so that two
        that want the same ones never wait for each other."""
        for gpu in sorted(gpus):
            lock = FileLock(lock_path(gpu))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                _log(f"GPU {gpu} holds the model of another home's lane; waiting for it to be idle")
                with _waiting:
                    lock.acquire(poll_interval=POLL_S)
            self._held.append(lock)

    def release(self) -> None:
        while self._held:
            self._held.pop().release()


class _Waiting:
    """Adds up the time in its block."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._since: float | None = None

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._seconds, self._since = self.seconds(), None

    def seconds(self) -> float:
        since = self._since
        return self._seconds + (0.0 if since is None else time.monotonic() - since)


_waiting = _Waiting()


def waited_s() -> float:
    """Seconds that this process has waited for GPUs so far: it used none of them, and nobody pays
    for that."""
    return _waiting.seconds()


def lock_path(gpu: str) -> Path:
    name = re.sub(r"[^\w-]", "_", gpu)
    return Path(tempfile.gettempdir()) / f"synth-assets-{os.getuid()}-gpu-{name}.lock"


def _name(index: int) -> str:
    visible = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")]
    named = [name for name in visible if name]
    return named[index] if index < len(named) else str(index)


def _log(text: str) -> None:
    print(time.strftime("%Y-%m-%d %H:%M:%S"), text, flush=True)
