"""Where a live journal lies, and its copy on object storage where the root is a URL."""

import time
import uuid
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from synth_assets.corpus.files import Files
from synth_assets.generation.journal.key_table import MISSING, KeyTable
from synth_assets.hashing import digest
from synth_assets.home import Home

UPLOAD_INTERVAL_S = 30.0
LINES_AT_ONCE = 1024


class Mirror:
    """Under a local root the live journal is its own file and nothing is copied. Under a URL it
    is a local file of this machine whose new bytes are uploaded as segments at most 30 s apart
    while results come, so that another machine can go on after this one is lost.

    One machine works on a batch at a time: the lock of a URL root is per machine, and whoever
    plans the runs sees to the rest. Segments are named `<writer id>-<offset>.jsonl`, a new id for
    every Mirror, so writers in turn never overwrite or continue each other's.
    """

    def __init__(self, files: Files, name: str) -> None:
        self._files = files
        self._folder = f"{name}.live"
        self._writer = uuid.uuid4().hex
        self._segments: list[str] = []
        self._uploaded = 0
        self._uploaded_at = time.monotonic()
        if files.is_local:
            self.live_path = Path(files.path(f"{name}.jsonl"))
        else:
            folder = Home.find().path / "journal" / digest(files.root)[:16]
            self.live_path = folder / f"{name}.jsonl"

    def restore(self) -> None:
        """Make the live journal the union of the lines of all segments and of this machine's own,
        which come last: what was never uploaded is then what the next upload sends."""
        if self._files.is_local:
            return
        self._segments = self._files.list(self._folder, ".jsonl")
        known = KeyTable()
        union = self.live_path.with_suffix(".union")
        with union.open("wb") as stream:
            for name in self._segments:
                _add_new(self._files.read(name).splitlines(keepends=True), known, stream)
            self._uploaded = stream.tell()
            if self.live_path.exists():
                with self.live_path.open("rb") as own:
                    _add_new(own, known, stream)
        union.replace(self.live_path)

    def upload(self, end: int, *, force: bool = False) -> None:
        """Copy the bytes up to `end` that are not there yet, when it is time to or forced."""
        due = force or time.monotonic() - self._uploaded_at >= UPLOAD_INTERVAL_S
        if self._files.is_local or not due or end <= self._uploaded:
            return
        self._uploaded_at = time.monotonic()
        with self.live_path.open("rb") as stream:
            stream.seek(self._uploaded)
            data = stream.read(end - self._uploaded)
        segment = f"{self._folder}/{self._writer}-{self._uploaded:015d}.jsonl"
        self._files.write(segment, data)
        self._segments.append(segment)
        self._uploaded = end

    def clear(self) -> None:
        """Remove the segments whose lines the live journal held."""
        for name in self._segments:
            self._files.remove(name)
        self._segments.clear()
        self._uploaded = 0


def _add_new(lines: Iterable[bytes], known: KeyTable, stream: BinaryIO) -> None:
    """Write the lines that are whole and new; equal lines are told by their digests."""
    whole = (line for line in lines if line.endswith(b"\n"))
    while part := list(islice(whole, LINES_AT_ONCE)):
        marks = [digest(line) for line in part]
        new = known.find(marks) == MISSING
        fresh = {mark: line for mark, line, is_new in zip(marks, part, new, strict=True) if is_new}
        for mark, line in fresh.items():
            known.put(mark, 0)
            stream.write(line)
