"""Files under a root that is a local folder or an fsspec URL; every publication is atomic."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

from filelock import FileLock, Timeout

from synth_assets.errors import CorpusError
from synth_assets.hashing import digest, digest_stream


class Files:
    """Named files under one root. Names are relative, with forward slashes. `scratch` is the folder
    for temporary files, where it is to be another than the root's own; it must lie on the root's
    file system."""

    def __init__(self, root: str | Path, *, scratch: Path | None = None) -> None:
        self.root = str(root).rstrip("/")
        self.is_local = "://" not in self.root
        if self.is_local:
            self.root = str(Path(self.root).expanduser().absolute())
        self._scratch = scratch

    @cached_property
    def filesystem(self) -> Any:
        import fsspec

        return fsspec.core.url_to_fs(self.root)[0]

    def path(self, name: str) -> str:
        """The address of a file as people and other tools use it."""
        return f"{self.root}/{name}" if name else self.root

    def exists(self, name: str) -> bool:
        return bool(self.filesystem.exists(self.path(name)))

    def open(self, name: str) -> BinaryIO:
        return cast("BinaryIO", self.filesystem.open(self.path(name), "rb"))

    def read(self, name: str) -> bytes:
        with self.open(name) as stream:
            return stream.read()

    def digest(self, name: str) -> str:
        with self.open(name) as stream:
            return digest_stream(stream)

    def list(self, folder: str, suffix: str = "") -> list[str]:
        """Names of the files directly in a folder, sorted; empty where there is no folder."""
        if not self.exists(folder):
            return []
        found = self.filesystem.ls(self.path(folder), detail=True, refresh=True)
        names = (
            str(entry["name"]).rsplit("/", 1)[-1] for entry in found if entry["type"] == "file"
        )
        return sorted(f"{folder}/{name}" for name in names if name.endswith(suffix))

    def remove(self, name: str) -> None:
        if self.exists(name):
            self.filesystem.rm_file(self.path(name))

    @property
    def scratch(self) -> Path:
        """A local folder for temporary files; under a local root on the same file system."""
        own = Path(self.path(".staging")) if self.is_local else Path(tempfile.gettempdir())
        folder = self._scratch or own
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextmanager
    def staging(self, name: str) -> Iterator[Path]:
        """A temporary local file to write; whatever is left of it at the end is removed.

        Under a local root it lies on the same file system, so that publishing is one rename.
        """
        folder = self.scratch
        mark = digest(self.root, name)[:16]
        for left in folder.glob(f"{mark}.*"):
            _remove_if_orphaned(left)
        path = folder / f"{mark}.{os.getpid()}.{Path(name).name}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def publish(self, staged: Path, name: str) -> None:
        """Make a staged file visible under its name, whole or not at all, and durably."""
        if not self.is_local:
            self.filesystem.put_file(str(staged), self.path(name))
            return
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync(staged)
        staged.replace(target)
        _sync(target.parent)

    def write(self, name: str, data: bytes) -> None:
        """Publish a small file."""
        with self.staging(name) as staged:
            staged.write_bytes(data)
            self.publish(staged, name)

    @contextmanager
    def lock(self, name: str, timeout_s: float = 30.0) -> Iterator[None]:
        """Hold the lock of one asset and batch; it falls with the process that holds it.

        Raises CorpusError when another process keeps it for longer than the time-out.
        """
        folder = Path(self.path(".locks")) if self.is_local else Path(tempfile.gettempdir())
        path = folder / f"{name.replace('/', '__')}.{digest(self.root)[:8]}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(path, timeout=timeout_s):
                yield
        except Timeout:
            raise CorpusError(
                f"{name} is being written by another process (lock {path}); "
                f"wait for it to end, or stop that run first"
            ) from None


def _remove_if_orphaned(path: Path) -> None:
    """A staged file whose process was killed; its process id is in its name."""
    try:
        os.kill(int(path.name.split(".")[1]), 0)
    except ProcessLookupError:
        path.unlink(missing_ok=True)
    except PermissionError:
        return


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
