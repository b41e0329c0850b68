"""The ledger's files: what generation took and cost, a line for every ten seconds of an engine.

`<home>/ledger/<date>.jsonl` is opened O_APPEND and written with one `write` per line, by all
processes of this home at once. Dates are those of the profile's `schedule.timezone`. Seconds and
money lie here alone: a corpus and its sidecars are the same bytes whenever they are made.

A killed process loses its last tick, at most ten seconds; `accounting` says what the cost tables
take from the journal instead.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import orjson

RUN_DAYS = 31
"""Days back to which the lines of one run are looked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `seconds` is the time that the engine was busy, `gpu_seconds` the same times the
    GPUs it holds (see `prices.gpus`). `money` is null where the engine has no price."""

    time: str
    run: str
    corpus: str
    batch: str
    engine: str
    model: str
    requests: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    gpu_seconds: float
    money: float | None
    currency: str | None

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @classmethod
    def read(cls, line: bytes) -> Self | None:
        """None for a line that is no whole entry: a write that was interrupted."""
        try:
            value: Any = orjson.loads(line)
            return cls(**{name: value[name] for name in _FIELDS})
        except (ValueError, TypeError, KeyError):
            return None


_FIELDS = tuple(item.name for item in fields(Entry))


class Ledger:
    """The ledger files of one home. `now` tells the time, and so the day."""

    def __init__(
        self, folder: Path, timezone: str = "UTC", now: Callable[[], datetime] | None = None
    ) -> None:
        zone = ZoneInfo(timezone)
        self._folder = folder
        self._now = now or (lambda: datetime.now(zone))

    def now(self) -> str:
        """The time of a new entry: ISO 8601 with the offset of the profile's time zone."""
        return self._now().isoformat(timespec="seconds")

    def today(self) -> date:
        return self._now().date()

    def append(self, entry: Entry) -> None:
        """Write one line; safe with any number of processes at once."""
        line = orjson.dumps(asdict(entry)) + b"\n"
        self._folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_APPEND | os.O_CREAT | os.O_RDWR
        handle = os.open(self.path(self.today()), flags, 0o644)
        try:
            os.write(handle, line if _ends_whole(handle) else b"\n" + line)
        finally:
            os.close(handle)

    def entries(self, corpus: str | None = None, batch: str | None = None) -> Iterator[Entry]:
        """What this home ever spent, oldest day first; all of it, or on one corpus, or on one
        batch of one corpus."""
        mark = orjson.dumps({"corpus": corpus})[1:-1] if corpus else b""
        for path in self._days():
            for entry in Tail(path).read(mark):
                if corpus in (None, entry.corpus) and batch in (None, entry.batch):
                    yield entry

    def of_day(self, day: date) -> list[Entry]:
        """What all runs of this home spent on one day."""
        return Tail(self.path(day)).read()

    def of_run(self, run: str, before: date) -> Iterator[Entry]:
        """What one run spent within RUN_DAYS days before a day."""
        mark = orjson.dumps({"run": run})[1:-1]
        for path in self._days()[-RUN_DAYS:]:
            if path.stem < str(before):
                yield from Tail(path).read(mark)

    def path(self, day: date) -> Path:
        return self._folder / f"{day}.jsonl"

    def _days(self) -> list[Path]:
        return sorted(self._folder.glob("????-??-??.jsonl"))


def _ends_whole(handle: int) -> bool:
    """Whether the file ends with a whole line, so that a torn one never takes the next with it.
    A line that another process is writing just now may look torn: it costs an empty line."""
    size = os.fstat(handle).st_size
    return size == 0 or os.pread(handle, 1, size - 1) == b"\n"


@dataclass(slots=True)
class Tail:
    """A growing ledger file, read from where the last reading ended."""

    path: Path
    _offset: int = field(default=0)

    def read(self, mark: bytes = b"") -> list[Entry]:
        """The whole lines that are new, or those that hold the mark; none where the file is not
        there yet."""
        try:
            with self.path.open("rb") as stream:
                stream.seek(self._offset)
                data = stream.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        lines = whole.splitlines() if mark in whole else []
        found = (Entry.read(line) for line in lines if mark in line)
        return [entry for entry in found if entry is not None]
