"""What became of every request: sidecar `requests` of a generated corpus.

It is the table of dead letters and the source of the rates per gate. Nothing in it depends on when,
where or in how many runs the generations were made.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from synth_assets.generation.passes import Case
from synth_assets.generation.protocol import Result
from synth_assets.generation.work import Drop, Failed, Faults, Made, NotSelected

PASSED_IN_VAIN = ("document_dropped", "document_failed", "document_not_selected")
"""Reasons that no gate gave."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one request."""

    outcome: Literal["accepted", "rejected", "failed"]
    reason: str | None = None
    value: str | None = None
    limit: str | None = None


ACCEPTED = Verdict("accepted")

_IN_VAIN: dict[type, Verdict] = {
    kind: Verdict("rejected", reason)
    for kind, reason in zip((Drop, Failed, NotSelected), PASSED_IN_VAIN, strict=True)
}


def verdicts(case: Case) -> Iterator[tuple[Result, Verdict]]:
    """Every planned request's result, in the order in which they were asked for."""
    for key, result in case.results.items():
        if key not in case.declined:
            yield result, _verdict(case, result)


def request_rows(case: Case) -> list[tuple[object, ...]]:
    """Rows of REQUESTS."""
    doc_id = case.document.doc_id
    return [
        (
            doc_id,
            result.key,
            verdict.outcome,
            verdict.reason,
            verdict.value,
            verdict.limit,
            result.finish_reason,
            result.prompt_tokens,
            result.completion_tokens,
        )
        for result, verdict in verdicts(case)
    ]


def count_requests(cases: Iterable[Case]) -> Counter[str]:
    """Numbers for the footer: `requests_<outcome>`, `gate_<name>` for requests that a gate
    rejected, `error_<kind>` for those that failed."""
    counts: Counter[str] = Counter()
    for case in cases:
        for _, verdict in verdicts(case):
            counts[f"requests_{verdict.outcome}"] += 1
            if verdict.outcome == "failed":
                counts[f"error_{verdict.reason}"] += 1
            elif verdict.reason and verdict.reason not in PASSED_IN_VAIN:
                counts[f"gate_{verdict.reason}"] += 1
    return counts


def _verdict(case: Case, result: Result) -> Verdict:
    outcome = case.outcome
    if fault := _faults(case).get(result.key):
        return Verdict("rejected", fault.gate, fault.value, fault.limit)
    if result.failed and isinstance(outcome, Drop) and outcome.reason == result.error_kind:
        # a text without what a recipe needs: told by the engine, judged by the recipe
        return Verdict("rejected", outcome.reason, result.error)
    if result.failed:
        return Verdict("failed", result.error_kind or "unknown", result.error)
    return _IN_VAIN.get(type(outcome), ACCEPTED)


def _faults(case: Case) -> Faults:
    outcome = case.outcome
    return outcome.faults if isinstance(outcome, Drop | Failed | Made) else {}
