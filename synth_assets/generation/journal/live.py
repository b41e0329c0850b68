"""The live journal of the batch at work: one line a result, appended by one process."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from synth_assets.generation.journal.key_table import MISSING, KeyTable, Places, coded
from synth_assets.generation.journal.lines import decode, encode, line_at, repair, whole_lines
from synth_assets.generation.protocol import Result


class LiveFile:
    """Opened O_APPEND and written with one `write` per line, so that a killed process loses
    nothing it has finished. Memory holds 24 bytes a line, never its text.

    `begun_at` is the end of what was there before: lines from there on are this run's own.
    `damaged` are the offsets of lines that are not what was written; they are passed over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.end = 0
        self.begun_at = 0
        self.damaged: list[int] = []
        self._table = KeyTable()
        self._handle = -1
        self._lost: dict[str, int] = {}

    def open(self) -> None:
        repair(self.path)
        self._handle = os.open(self.path, os.O_APPEND | os.O_CREAT | os.O_RDWR, 0o644)
        for offset, line in whole_lines(self.path):
            result = decode(line)
            if result is None:
                self.damaged.append(offset)
            else:
                self._table.put(result.key, coded(offset, failed=result.failed))
            self.end = offset + len(line)
        self.begun_at = self.end

    def close(self) -> None:
        os.close(self._handle)
        self._handle = -1

    def sync(self) -> None:
        os.fsync(self._handle)

    def append(self, result: Result) -> None:
        line = encode(result)
        _write_all(self._handle, line)
        place = coded(self.end, failed=result.failed)
        self._table.put(result.key, place)
        if result.key in self._lost:
            self._lost[result.key] = place
        self.end += len(line)

    def find(self, keys: Sequence[str]) -> Places:
        """Coded byte offsets of the keys; see `key_table`."""
        places = self._table.find(keys)
        for at in [at for at, key in enumerate(keys) if key in self._lost] if self._lost else ():
            places[at] = self._lost[keys[at]]
        return places

    def read(self, key: str, offset: int) -> Result | None:
        """The result of the line there; None where the line was damaged since it was written,
        and from then on the key is missing."""
        result = line_at(self._handle, offset)
        if result is None or result.key != key:
            self._lost[key] = int(MISSING)
            return None
        return result

    def results(self) -> Iterator[Result]:
        """All results in the order they were written."""
        for _, line in whole_lines(self.path):
            if (result := decode(line)) is not None:
                yield result

    def clear(self) -> None:
        """Empty and remove the file."""
        os.ftruncate(self._handle, 0)
        self._table.clear()
        self._lost.clear()
        self.damaged.clear()
        self.end = self.begun_at = 0
        self.path.unlink(missing_ok=True)


def _write_all(handle: int, data: bytes) -> None:
    written = os.write(handle, data)
    while written < len(data):
        written += os.write(handle, data[written:])
