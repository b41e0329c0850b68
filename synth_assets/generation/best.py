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
    """`score` says how good texts are, or with `is_cost` how bad; `share` of the parents that have
    children keep them, the others are dropped for `reason`. A child's score is put down under the
    first name of `columns`, its parent's under the second."""

    score: Callable[[Sequence[Document]], Sequence[float]]
    share: float
    columns: tuple[str, ...] = ()
    is_cost: bool = False
    reason: str = NOT_BEST

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
                    case.outcome = self._dropped(case, self._sign * rank[0], of)
                else:
                    self._note(case, self._sign * rank[0])
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
                    (self._sign * score, bytes.fromhex(child.doc_id))
                    for score, child in zip(scores, children, strict=True)
                )
                found.append((rank, case))
        return found

    @property
    def _sign(self) -> int:
        """What makes a rank of a score, and the score of a rank: the best rank is the lowest."""
        return 1 if self.is_cost else -1

    def _note(self, case: Case, score: float) -> None:
        if not self.columns:
            return
        assert isinstance(case.outcome, Made)
        noted = {self.columns[0]: score}
        for name in self.columns[1:]:
            (noted[name],) = self.score([case.document])
        extra = [{**one, **noted} for one in case.outcome.extra]
        case.outcome = replace(case.outcome, extra=extra)

    def _dropped(self, case: Case, score: float, of: str) -> Drop:
        assert isinstance(case.outcome, Made)
        return Drop(self.reason, f"{score:.4f}", of, faults=case.outcome.faults)
