"""Where the GPU lane of this machine and home listens, and which code it must be running."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from synth_assets.home import Home

SOCKET_PATH_LIMIT = 100
"""Bytes that a Unix socket's path may have everywhere (Linux 107, macOS 103)."""


@dataclass(frozen=True)
class LaneAddress:
    """Socket, lock and log of the lane server under one home."""

    folder: Path

    @classmethod
    def of(cls, home: Home) -> "LaneAddress":
        return cls(home.dagster / "gpu_lane")

    @property
    def socket(self) -> Path:
        """Under the home, or, where that path is too long for a socket, in the temporary folder
        under the home's digest."""
        path = self.folder / "lane.sock"
        if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
            return path
        name = hashlib.blake2b(os.fsencode(path), digest_size=8).hexdigest()
        return Path(tempfile.gettempdir()) / f"synth-assets-{os.getuid()}-{name}.sock"

    @property
    def lock(self) -> Path:
        return self.folder / "lane.lock"

    @property
    def log(self) -> Path:
        return self.folder / "lane.log"


def code_identity() -> str:
    """What the process runs: the frozen profile and the state of the package's files.

    A lane that was started under another one ends, and a new one starts: an edited prompt or
    module never meets a process that still holds the old one.
    """
    package = Path(__file__).parents[1]
    state = hashlib.blake2b(digest_size=16)
    state.update(os.environ.get("SYNTH_ASSETS_PROFILE_HASH", "").encode())
    for path in sorted(package.rglob("*")):
        # byte code and machine code are made on the way, and say nothing new
        if path.is_file() and path.parent.name != "__pycache__":
            stat = path.stat()
            state.update(f"{path.relative_to(package)}:{stat.st_size}:{stat.st_mtime_ns};".encode())
    return state.hexdigest()
