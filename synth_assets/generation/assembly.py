"""The rows of a generated corpus and of its sidecars, from documents whose work is done."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl

from synth_assets.corpus.document import CountTokens, measure
from synth_assets.corpus.footer import Law
from synth_assets.corpus.schema import DOCUMENT, Schema
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.generation.passes import Case
from synth_assets.generation.request_table import count_requests, request_rows
from synth_assets.generation.tables import OUTCOMES, REQUESTS
from synth_assets.generation.work import Drop, Failed, Made, NotSelected, Outcome


class Assembly:
    """Writes windows of finished cases and keeps the sums that the laws compare."""

    def __init__(
        self, writer: CorpusWriter, count_tokens: CountTokens, tables: Mapping[str, Schema]
    ) -> None:
        self.planned = 0
        self._writer = writer
        self._count_tokens = count_tokens
        self._tables = tables
        self._parents: Counter[str] = Counter()
        self._requests: Counter[str] = Counter()
        writer.sidecar("outcomes", OUTCOMES)
        writer.sidecar("requests", REQUESTS)
        for name, columns in tables.items():
            writer.sidecar(name, columns)

    def add(self, cases: list[Case]) -> None:
        """Write one window."""
        writer = self._writer
        writer.read(pl.DataFrame({"n_tokens": [case.document.n_tokens for case in cases]}))
        self.planned += sum(len(case.planned) for case in cases)
        self._parents.update(class_of(case.outcome) for case in cases)
        self._requests += count_requests(cases)
        made = [case.outcome for case in cases if isinstance(case.outcome, Made)]
        self._keep(made)
        dropped = [row for case in cases if (row := _dropped_row(case)) is not None]
        if dropped:
            writer.drop(pl.DataFrame(dropped, schema_overrides=DOCUMENT, infer_schema_length=None))
        writer.add("outcomes", _frame([_outcome_row(case) for case in cases], OUTCOMES))
        writer.add(
            "requests", _frame([row for case in cases for row in request_rows(case)], REQUESTS)
        )
        for name, columns in self._tables.items():
            rows = [row for outcome in made for row in outcome.tables.get(name, ())]
            writer.add(name, pl.DataFrame(rows, schema=dict(columns)))

    def finish(self, total: int) -> list[Law]:
        """The laws, for `total` documents that the inputs say they hold."""
        parents = {f"parents_{name}": count for name, count in self._parents.items()}
        self._writer.counts.other |= dict(sorted((parents | self._requests).items()))
        requests = {
            name: self._requests[f"requests_{name}"] for name in ("accepted", "rejected", "failed")
        }
        return [
            Law("parents", {"read": total}, dict(sorted(self._parents.items()))),
            Law("requests", {"planned": self.planned}, requests),
        ]

    def _keep(self, made: list[Made]) -> None:
        documents = [document for outcome in made for document in outcome.documents]
        extras = [
            extra
            for outcome in made
            for extra in (outcome.extra or [{} for _ in outcome.documents])
        ]
        measure(documents, self._count_tokens)
        rows = [
            document.to_row() | dict(extra)
            for document, extra in zip(documents, extras, strict=True)
        ]
        if rows:
            frame = pl.DataFrame(rows, schema_overrides=DOCUMENT, infer_schema_length=None)
            self._writer.keep(frame)


def class_of(outcome: Outcome | None) -> str:
    """The one class of a parent."""
    match outcome:
        case Made():
            return "with_children"
        case Drop():
            return "dropped"
        case Failed():
            return "failed"
        case NotSelected():
            return "not_selected"
        case _:
            raise RuntimeError("a document was assembled before its results were there")


def _dropped_row(case: Case) -> dict[str, Any] | None:
    match case.outcome:
        case Drop(reason, value, limit):
            why = {"drop_reason": reason, "drop_value": value, "drop_limit": limit}
        case Failed(kind, error):
            why = {"drop_reason": f"failed_{kind}", "drop_value": error, "drop_limit": ""}
        case _:
            return None
    return case.document.to_row() | why


def _outcome_row(case: Case) -> tuple[object, ...]:
    outcome = case.outcome
    reason = None
    if isinstance(outcome, Drop | NotSelected):
        reason = outcome.reason
    elif isinstance(outcome, Failed):
        reason = outcome.kind
    n_children = len(outcome.documents) if isinstance(outcome, Made) else 0
    return case.document.doc_id, class_of(outcome), reason, n_children, len(case.planned)


def _frame(rows: list[tuple[object, ...]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")
