"""Which process executes a run, so that a run whose worker was killed can be told from one at work.

Dagster's own launcher notices a dead worker only while the code server that started it lives.
"""

import os
import socket
from collections.abc import Mapping
from functools import cache

WORKER_TAG = "synth_assets/worker"
"""Host, process id and start time of the run's worker, and the run that it executes: a run that is
tried again inherits the tags of the one that failed."""

CLOCK_S = 10.0
"""Two readings of one process's start time differ where the machine's clock was set between them;
a process id is not given to another process within so short a time."""


def worker_tags(run_id: str) -> dict[str, str]:
    """The tag of a run that this process executes."""
    return {WORKER_TAG: f"{own_mark()} {run_id}"}


def worker_of(run_id: str, tags: Mapping[str, str]) -> str | None:
    """The mark of a run's worker; None where no worker has taken the run up."""
    mark, _, marked = tags.get(WORKER_TAG, "").rpartition(" ")
    return mark if marked == run_id else None


def own_mark() -> str:
    """What tells this process from all others; the same text whenever it is asked for."""
    return _own_mark(os.getpid())


def is_gone(mark: str) -> bool:
    """Whether the marked process has ended; of another machine's processes nothing is known."""
    host, pid, begun = mark.split()
    if host != socket.gethostname():
        return False
    now = _begun(int(pid))
    return now is None or abs(now - float(begun)) > CLOCK_S


def process_id(mark: str) -> int:
    return int(mark.split()[1])


@cache
def _own_mark(pid: int) -> str:  # by process id, which changes in a fork
    return f"{socket.gethostname()} {pid} {_begun(pid):.2f}"


def _begun(pid: int) -> float | None:
    """Start time in seconds since 1970, by the clock as it is set now."""
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None
