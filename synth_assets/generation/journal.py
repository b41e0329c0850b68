"""The journal: every finished generation, one line, written before it is used.

A live journal is `<root>/journal/<corpus>/<batch>.jsonl`, opened O_APPEND and written with one
`write` per line, so that a killed process loses nothing it has finished. At the end of a batch it
becomes `<batch>.parquet`, sorted by key, with a manifest; later runs look keys up there.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from synth_assets.corpus.files import Files
from synth_assets.generation.archive import Archive
from synth_assets.generation.mirror import Mirror
from synth_assets.generation.protocol import Result

FSYNC_INTERVAL_S = 1.0


class Journal:
    """Results of one corpus: those of finished batches (read only) and of the batch at work.

    One process writes a batch's journal at a time; the corpus lock sees to that. Memory holds a
    key and a place per live result, never its text.
    """

    def __init__(self, files: Files, corpus: str, batch: str) -> None:
        self._folder = f"journal/{corpus}"
        self._batch = batch
        self._files = files
        self._archive = Archive(files, self._folder)
        self._mirror = Mirror(files, f"{self._folder}/{batch}")
        self._path = self._mirror.live_path
        self._places: dict[str, tuple[int, int]] = {}
        self._handle = -1
        self._end = 0
        self._synced_at = 0.0

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        repair(self._path)
        self._mirror.restore()
        self._handle = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_RDWR, 0o644)
        for offset, line in _lines(self._path):
            self._remember(orjson.loads(line)["key"], offset, len(line))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.fsync(self._handle)
        self._mirror.upload(self._end, force=True)
        os.close(self._handle)
        self._handle = -1

    def append(self, result: Result) -> None:
        """Write one result; durable against the process's death at once, against power loss
        within a second."""
        line = orjson.dumps(asdict(result)) + b"\n"
        _write_all(self._handle, line)
        self._remember(result.key, self._end, len(line))
        if time.monotonic() - self._synced_at >= FSYNC_INTERVAL_S:
            os.fsync(self._handle)
            self._mirror.upload(self._end)
            self._synced_at = time.monotonic()

    def lookup(self, keys: Iterable[str]) -> dict[str, Result]:
        """The known results among the keys; asked for in windows of some thousand keys."""
        found: dict[str, Result] = {}
        elsewhere: list[str] = []
        for key in keys:
            if (place := self._places.get(key)) is None:
                elsewhere.append(key)
            else:
                offset, length = place
                found[key] = Result(**orjson.loads(os.pread(self._handle, length, offset)))
        return found | self._archive.lookup(elsewhere)

    def compact(self) -> Mapping[str, int]:
        """Turn the live journal into Parquet beside a manifest; an earlier one of this batch is
        merged in.

        Every line is kept, also of a key that occurs twice, so that `lines` minus `keys` in the
        manifest says how many generations were done more than once. The Parquet is published
        before the live journal is emptied, and a line that it already holds is not merged again:
        whenever the process is killed, another compaction gives the same.
        """
        manifest = self._archive.merge(self._batch, self._path)
        self._files.write(
            f"{self._folder}/{self._batch}.json",
            orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS),
        )
        os.ftruncate(self._handle, 0)
        self._places.clear()
        self._end = 0
        self._path.unlink(missing_ok=True)
        self._mirror.clear()
        return manifest

    def _remember(self, key: str, offset: int, length: int) -> None:
        self._places[key] = (offset, length)
        self._end = offset + length


def read_lines(path: Path) -> Iterator[Result]:
    """The results in a live journal, in the order they were written; a torn tail is ignored."""
    for _, line in _lines(path):
        yield Result(**orjson.loads(line))


def repair(path: Path) -> None:
    """Cut a torn last line off: a write that a power loss interrupted."""
    if path.exists():
        whole = sum(len(line) for _, line in _lines(path))
        if whole < path.stat().st_size:
            os.truncate(path, whole)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    if not path.exists():
        return
    offset = 0
    with path.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                yield offset, line
            offset += len(line)


def _write_all(handle: int, data: bytes) -> None:
    written = os.write(handle, data)
    while written < len(data):
        written += os.write(handle, data[written:])
