"""Walks over a batch's documents: what each needs, pass by pass, until none needs more.

Memory holds a window of documents, one byte per document of the batch, and the results that
failed in passing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import polars as pl

from synth_assets.corpus.document import Document
from synth_assets.generation.progress import Position
from synth_assets.generation.protocol import Request, Result
from synth_assets.generation.work import DECLINED, Need, Outcome, Work

if TYPE_CHECKING:
    from synth_assets.generation.runner import Runner

WINDOW = 256
"""Documents whose results are looked up together."""


class Documents(Protocol):
    """What the walk reads, as often as it likes and always in the same order; such as a corpus."""

    @property
    def n_documents(self) -> int: ...

    def frames(self) -> Iterator[pl.DataFrame]: ...


class Known(Protocol):
    """What the walk asks of a journal."""

    def lookup(self, keys: Iterable[str]) -> dict[str, Result]: ...

    def of_this_batch(self, keys: Iterable[str]) -> set[str]: ...


@dataclass(slots=True)
class Case:
    """One parent under work: its results so far, in the order they were asked for, and what it
    came to. `planned` are the keys it asked for, `declined` those of retries that are not sent,
    `missing` what it waits for."""

    document: Document
    position: int
    results: dict[str, Result] = field(default_factory=dict)
    outcome: Outcome | None = None
    planned: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    missing: list[Request] = field(default_factory=list)
    n_told: int = 0

    def advance(self, work: Work) -> None:
        self.n_told = len(self.results)
        self.outcome = work.advance(self.document, self.results)

    @property
    def needed(self) -> list[Request]:
        """What it asks for now, but for retries that were declined."""
        if not isinstance(self.outcome, Need):
            return []
        return [request for request in self.outcome.requests if request.key not in self.declined]


class Passes:
    """The documents of a batch under one work.

    `regenerate` sends a retry also where the text that a gate refused lies in a finished journal;
    see `work.Need`.
    """

    def __init__(
        self, work: Work, journal: Known, inputs: Sequence[Documents], *, regenerate: bool = False
    ) -> None:
        self.total = sum(one.n_documents for one in inputs)
        self._work = work
        self._journal = journal
        self._inputs = inputs
        self._regenerate = regenerate
        self._settled = bytearray()
        self._passing: dict[str, Result] = {}
        self._place = Position(1, 0, self.total)

    def generate_all(self, runner: "Runner") -> None:
        """Send requests, pass by pass, until no document needs more."""
        self._passing = runner.given_up
        number, sent = 1, True
        while sent:
            waiting = self._settled.count(0) if number > 1 else self.total
            self._place = Position(number, 0, waiting)
            sent = False
            for _ in runner.generate(self._needed(runner)):
                sent = True
            number += 1

    def place(self) -> Position:
        """How far the walk is; may be asked from another thread."""
        return self._place

    def cases(self, *, unsettled: bool = False) -> Iterator[list[Case]]:
        """All documents, as far as the results at hand bring them, in windows; or only those
        that still needed something in the last pass."""
        begin = 0
        frames = (frame for one in self._inputs for frame in one.frames())
        for frame in frames:
            for rows in frame.iter_slices(WINDOW):
                end = begin + rows.height
                wanted = [n for n in range(begin, end) if not (unsettled and self._settled[n])]
                chosen = rows[[n - begin for n in wanted]].iter_rows(named=True)
                cases = [
                    Case(Document.from_row(row), n) for n, row in zip(wanted, chosen, strict=True)
                ]
                self._advance(cases)
                begin = end
                yield cases

    def _needed(self, runner: "Runner") -> Iterator[Request]:
        first = self._place.number == 1
        for cases in self.cases(unsettled=not first):
            if runner.is_cancelled():
                return
            for case in cases:
                self._settle(case)
                if first:
                    runner.stats.reused += len(case.results) - len(case.declined)
                yield from case.missing
                self._place = self._place.next()

    def _settle(self, case: Case) -> None:
        done = not isinstance(case.outcome, Need)
        if case.position == len(self._settled):
            self._settled.append(done)
        else:
            self._settled[case.position] = done

    def _advance(self, cases: list[Case]) -> None:
        """Ask again as long as every result that a document needs is known."""
        active = cases
        while active:
            for case in active:
                case.advance(self._work)
            active = [case for case in active if isinstance(case.outcome, Need)]
            keys = {request.key for case in active for request in case.needed}
            known = self._journal.lookup(keys)
            known |= {key: self._passing[key] for key in keys if key in self._passing}
            self._decline(active, known)
            active = [case for case in active if _learn(case, known)]

    def _decline(self, cases: list[Case], known: dict[str, Result]) -> None:
        """Answer the retries that are not sent: of texts judged before this batch's work."""
        if self._regenerate:
            return
        open_ = [
            (case, retry, judged)
            for case in cases
            if isinstance(case.outcome, Need)
            for retry, judged in case.outcome.retries.items()
            if retry not in known
        ]
        young = self._journal.of_this_batch({judged for _, _, judged in open_})
        for case, retry, judged in open_:
            if judged in case.results and judged not in young and judged not in self._passing:
                case.declined.add(retry)
                case.results[retry] = Result(retry, None, "error", error_kind=DECLINED)


def _learn(case: Case, known: dict[str, Result]) -> bool:
    """Take in the results that the document waits for; true if it has them all and can go on."""
    needed = case.needed
    case.planned.update(request.key for request in needed)
    case.missing = [request for request in needed if request.key not in known]
    if case.missing:
        return False
    case.results |= {request.key: known[request.key] for request in needed}
    if len(case.results) == case.n_told:
        raise RuntimeError(f"document {case.document.doc_id} asks again for what it was given")
    return True
