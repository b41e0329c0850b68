"""Which process executes a run, so that a run whose worker was killed can be told from one at work.

Dagster's own launcher notices a dead worker only while the code server that started it lives.
"""

import os
import socket

import psutil

WORKER_TAG = "synth_assets/worker"
"""Host, process id and start time of the run's worker."""


def own_mark() -> str:
    """The tag of a run that this process executes."""
    return _mark(os.getpid()) or ""


def is_gone(mark: str) -> bool:
    """Whether the marked process has ended; of another machine's processes nothing is known."""
    host, pid, _ = mark.split()
    return host == socket.gethostname() and _mark(int(pid)) != mark


def process_id(mark: str) -> int:
    return int(mark.split()[1])


def _mark(pid: int) -> str | None:
    try:
        return f"{socket.gethostname()} {pid} {psutil.Process(pid).create_time():.2f}"
    except psutil.NoSuchProcess:
        return None
