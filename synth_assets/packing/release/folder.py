"""A folder that appears whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synth_assets.corpus.files import Files
from synth_assets.hashing import digest, digest_file

MANIFEST = "manifest.json"
FORMER = ".old"
"""Ending of a folder that is being replaced."""


@contextmanager
def staged_folder(files: Files, name: str) -> Iterator[Path]:
    """A local folder to write in; what is left of it at the end is removed, and so is what a
    killed process left. Where that one was killed while it replaced the folder `name`, the former
    folder is put back."""
    mark = digest(files.root, name)[:16]
    for left in files.scratch.glob(f"{mark}.*.folder*"):
        if not _is_alive(int(left.name.split(".")[1])):
            _remove(left, Path(files.path(name)) if files.is_local else None)
    path = files.scratch / f"{mark}.{os.getpid()}.folder"
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _remove(left: Path, target: Path | None) -> None:
    if target is not None and left.suffix == FORMER and not target.exists():
        left.rename(target)
    shutil.rmtree(left, ignore_errors=True)


def publish_folder(files: Files, staged: Path, name: str) -> None:
    """Make a staged folder visible under its name, durably; one that is there is replaced.

    Under a local root it is one rename, after one that takes the former folder out of the way; a
    kill between the two is mended by the next `staged_folder`. On object storage files are uploaded
    one by one and the manifest last: a folder without manifest is not there.
    """
    if not files.is_local:
        for path in sorted(_files_in(staged), key=lambda path: path == staged / MANIFEST):
            files.publish(path, f"{name}/{path.relative_to(staged).as_posix()}")
        return
    target = Path(files.path(name))
    target.parent.mkdir(parents=True, exist_ok=True)
    for path in (*_files_in(staged), staged):
        _sync(path)
    former = staged.with_name(f"{staged.name}{FORMER}")
    if target.exists():
        target.rename(former)
    try:
        staged.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise
    _sync(target.parent)
    shutil.rmtree(former, ignore_errors=True)


def checksums(folder: Path) -> dict[str, dict[str, int | str]]:
    """Bytes and blake2b-128 of every file in a folder, by its name in it."""
    return {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "digest": digest_file(path),
        }
        for path in _files_in(folder)
    }


def damaged(files: Files, name: str, wanted: dict[str, dict[str, int | str]]) -> list[str]:
    """Names of the files in a published folder that are missing or not what they were."""
    return [
        file
        for file, known in wanted.items()
        if not files.exists(f"{name}/{file}") or files.digest(f"{name}/{file}") != known["digest"]
    ]


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
