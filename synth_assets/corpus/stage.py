"""What every stage is given: where to read and write, what to obey, how to be stopped."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl

from synth_assets.corpus.store import Corpus, Store
from synth_assets.profile.model import Profile

EXIT_HUNG = 75
"""Exit status of a process whose engine hung: EX_TEMPFAIL of sysexits.h, "try again later"."""


def end_process(sentence: str) -> None:
    """End this process at once, the only way out of a model that hangs in native code. What was
    finished is in the journal."""
    print(sentence, file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(EXIT_HUNG)


@dataclass(frozen=True)
class StageRun:
    """One batch of one stage. A stage is a function of this and nothing else.

    `force` admits inputs that broke their conservation law; it is recorded by the caller. `run_id`
    is the mark under which the ledger adds up what one run spends; without it a stage is a run of
    its own.

    `log` may be called from any thread. `cancelled` is asked often and must answer at once.
    `on_hang` is told, from a thread of its own, that the engine gives no sign of life.
    `retry_failed` sends requests again that had failed for good when the run began. `republish`
    judges a batch again that was published, and replaces what was.
    """

    store: Store
    profile: Profile
    batch: str
    code_version: str
    run_id: str = ""
    log: Callable[[str], None] = field(default=lambda _: None)
    cancelled: Callable[[], bool] = field(default=lambda: False)
    force: bool = False
    on_hang: Callable[[str], None] = field(default=end_process)
    retry_failed: bool = False
    republish: bool = False

    def open(self, corpus: str) -> Corpus:
        """This batch of an input corpus."""
        return self.store.open(corpus, self.batch, lawful=not self.force)


def versions(inputs: list[Corpus]) -> dict[str, str]:
    """The inputs' data versions, for the footer."""
    return {corpus.name: corpus.data_version for corpus in inputs}


def each_frame(inputs: list[Corpus]) -> Iterator[pl.DataFrame]:
    """The rows of several corpora one after the other, in row groups of about 64 MB."""
    for corpus in inputs:
        yield from corpus.frames()
