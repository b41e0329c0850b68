"""Which process executes a run, so that a run whose worker was killed can be told from one at work.

Dagster's own launcher notices a dead worker only while the code server that started it lives.
"""

import os
import socket
from collections.abc import Mapping

import psutil

WORKER_TAG = "synth_assets/worker"
"""Host, process id and start time of the run's worker, and the run that it executes: a run that is
tried again inherits the tags of the one that failed."""


def worker_tags(run_id: str) -> dict[str, str]:
    """The tag of a run that this process executes."""
    return {WORKER_TAG: f"{own_mark()} {run_id}"}


def worker_of(run_id: str, tags: Mapping[str, str]) -> str | None:
    """The mark of a run's worker; None where no worker has taken the run up."""
    mark, _, marked = tags.get(WORKER_TAG, "").rpartition(" ")
    return mark if marked == run_id else None


def own_mark() -> str:
    """What tells this process from all others."""
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
