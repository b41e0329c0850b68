"""Facts about the machine that stand beside every figure, and memory as the kernel counts it."""

import os
import platform
import re
import resource
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

LIBRARIES = ("torch", "transformers", "tokenizers", "numpy", "polars", "pyarrow", "datasketch")

STATUS = Path("/proc/self/status")


def facts() -> dict[str, object]:
    """Cores, memory, system and versions; nothing that names a person, a place or a checkout."""
    return {
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "cores_allowed": len(os.sched_getaffinity(0)) if sys.platform == "linux" else None,
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in ("synth-assets", *LIBRARIES)},
    }


def peak_memory_mb() -> float:
    """Largest resident memory of this process so far, in MB of 10^6 bytes.

    Linux's VmHWM, because `ru_maxrss` of a started process begins at its parent's.
    """
    if STATUS.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
        if found:
            return int(found[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def memory_mb() -> float:
    """Resident memory of this process now, in MB of 10^6 bytes."""
    resident: int = psutil.Process().memory_info().rss
    return resident / 1e6


def _cpu_name() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists() and (found := re.search(r"model name\s*:\s*(.+)", listed.read_text())):
        return found[1]
    return platform.processor()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
