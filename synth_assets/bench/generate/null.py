"""Runner and journal without a model: how many completions a second, and in how much memory."""

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from synth_assets.bench.case import Done, Watch
from synth_assets.bench.machine import memory_mb, peak_memory_mb
from synth_assets.corpus.store import Store
from synth_assets.generation.journal import Journal
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling
from synth_assets.generation.runner import Runner

PAGE = "The window opens when the button is pressed, and closes when it is pressed again. " * 18
"""About 1,500 characters, some 360 tokens."""

SHORT = "The window opens."

MARKS = (0.1, 0.5, 1.0)
"""Shares of the requests after which memory is read."""


class NullEngine:
    """Answers every request with one fixed text as soon as it is pulled."""

    def __init__(self, text: str) -> None:
        self._text = text

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity("null", "none", "1", "1")

    @property
    def alive_at(self) -> float:
        return time.monotonic()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        for request in requests:
            yield Result(request.key, self._text, "stop", 300, 360, 0.01)

    def close(self) -> None:
        pass


def requests_for(count: int, page: str) -> Iterator[Request]:
    """Prompts that differ in their first word, made when they are pulled, with real keys."""
    identity = NullEngine("").identity
    sampling = Sampling(temperature=0.7)
    for number in range(count):
        yield make_request(
            identity, f"{number} {page}", sampling, profile_seed=1, step="rewritten/bench"
        )


def run_rate(watch: Watch, *, count: int) -> Done:
    """Requests and answers of a page's length, from making the key to the line in the journal."""
    with temporary_journal() as journal, watch:
        done = sum(1 for _ in Runner(NullEngine(PAGE), journal).generate(requests_for(count, PAGE)))
    return Done(_all(done, count))


def run_memory(watch: Watch, *, count: int) -> Done:
    """Resident memory on the way, what each request adds to it between the first mark and the
    last, and by how much the peak grows when the journal is compacted."""
    marks = {max(1, round(count * share)): 0.0 for share in MARKS}
    done = 0
    with temporary_journal() as journal:
        before = memory_mb()
        with watch:
            for _ in Runner(NullEngine(SHORT), journal).generate(requests_for(count, SHORT)):
                done += 1
                if done in marks:
                    marks[done] = memory_mb()
        peak = peak_memory_mb()
        journal.compact()
    first, *_, last = marks
    figures = {"rss_mb_start": before}
    figures |= {f"rss_mb_at_{at}": memory for at, memory in marks.items()}
    figures["bytes_per_request"] = (marks[last] - marks[first]) * 1e6 / (last - first)
    figures["compaction_adds_mb"] = peak_memory_mb() - peak
    return Done(_all(done, count), figures=figures)


def _all(done: int, count: int) -> int:
    if done != count:
        raise RuntimeError(f"{done} completions of {count}")
    return done


@contextmanager
def temporary_journal() -> Iterator[Journal]:
    """A journal in a folder of its own that goes with it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Journal(Store(Path(folder)).files, "bench", "bench") as journal,
    ):
        yield journal
