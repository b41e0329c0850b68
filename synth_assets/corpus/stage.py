"""What every stage is given: where to read and write, what to obey, how to be stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl

from synth_assets.corpus.store import Corpus, Store
from synth_assets.profile.model import Profile


@dataclass(frozen=True)
class StageRun:
    """One batch of one stage. A stage is a function of this and nothing else.

    `force` admits inputs that broke their conservation law; it is recorded by the caller.
    """

    store: Store
    profile: Profile
    batch: str
    code_version: str
    log: Callable[[str], None] = field(default=lambda _: None)
    cancelled: Callable[[], bool] = field(default=lambda: False)
    force: bool = False

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
