"""Of all texts that a batch was given, the best share; the others are dropped with their score.

Two walks over the finished cases: one takes down scores and ids, 24 bytes for each document, and
one judges by what they come to. Equal scores go by their documents' ids.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from synth_assets.corpus.document import Document
from synth_assets.generation.passes import Case
from synth_assets.generation.work import Drop, Made

NOT_BEST = "not_among_the_best"

Judge = Callable[[list[Case]], list[Case]]


@dataclass(frozen=True)
class BestShare:
    """`score` says how good texts are; `share` of the parents that have children keep them. With
    `columns` the scores of a child and of its parent are put down under these two names."""

    score: Callable[[Sequence[Document]], Sequence[float]]
    share: float
    columns: tuple[str, str] | None = None

    def judge_by(self, windows: Iterator[list[Case]]) -> Judge:
        """What judges the cases, from a walk over all of them."""
        ranks = [rank for cases in windows for rank, _ in self._ranked(cases)]
        ranks.sort()
        count = math.ceil(self.share * len(ranks))
        last = ranks[count - 1] if count else None
        of = f"the best {count:,} of {len(ranks):,}"

        def judge(cases: list[Case]) -> list[Case]:
            for rank, case in self._ranked(cases):
                if last is None or rank > last:
                    case.outcome = _dropped(case, -rank[0], of)
                else:
                    self._note(case, -rank[0])
            return cases

        return judge

    def _ranked(self, cases: list[Case]) -> list[tuple[tuple[float, bytes], Case]]:
        """Those with children, each by the best of them."""
        found = []
        for case in cases:
            if isinstance(case.outcome, Made) and case.outcome.documents:
                children = case.outcome.documents
                scores = self.score(children)
                rank = min(
                    (-score, bytes.fromhex(child.doc_id))
                    for score, child in zip(scores, children, strict=True)
                )
                found.append((rank, case))
        return found

    def _note(self, case: Case, score: float) -> None:
        if self.columns is None:
            return
        assert isinstance(case.outcome, Made)
        own, parents = self.columns
        (before,) = self.score([case.document])
        noted = {own: score, parents: before}
        extra = [{**one, **noted} for one in case.outcome.extra]
        case.outcome = replace(case.outcome, extra=extra)


def _dropped(case: Case, score: float, of: str) -> Drop:
    assert isinstance(case.outcome, Made)
    return Drop(NOT_BEST, f"{score:.4f}", of, faults=case.outcome.faults)
