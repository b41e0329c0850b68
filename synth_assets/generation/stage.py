"""A corpus by generation: plan, generate what is missing, then assemble from the journal alone.

The first passes send requests until no document needs more; the last one writes the rows in the
order of the inputs. Because it reads results only from the journal, a run that was killed and
resumed gives the same file as one that was not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from synth_assets.corpus.document import CountTokens, Document, measure
from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT, Schema
from synth_assets.corpus.stage import StageRun, each_frame, versions
from synth_assets.corpus.store import Corpus
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.generation.journal import Journal
from synth_assets.generation.protocol import Engine, Request, Result
from synth_assets.generation.runner import Runner
from synth_assets.generation.work import Drop, Failed, Made, Need, NotSelected, Outcome, Work

WINDOW = 256
"""Documents whose results are looked up together."""

OUTCOMES: dict[str, pl.DataType] = {
    "doc_id": pl.String(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "n_children": pl.Int64(),
    "n_requests": pl.Int64(),
}
"""Sidecar `outcomes`: what became of every parent."""


@dataclass(slots=True)
class _Case:
    """One parent under work: its results so far and what it came to."""

    document: Document
    results: dict[str, Result] = field(default_factory=dict)
    outcome: Outcome | None = None
    asked: set[str] = field(default_factory=set)


def generate_corpus(
    run: StageRun,
    corpus: str,
    inputs: list[Corpus],
    work: Work,
    engine: Engine,
    *,
    count_tokens: CountTokens,
    extra: Schema | None = None,
    tables: Mapping[str, Schema] | None = None,
) -> Footer:
    """Make `corpus` of this batch from all documents of the inputs.

    `extra` are the corpus's columns beside DOCUMENT, `tables` its sidecars beside `outcomes`.

    Raises CancelledError when the run is asked to stop, EngineError when the engine cannot go on;
    finished generations are in the journal then.
    """
    schema = DOCUMENT | dict(extra or {})
    with (
        run.store.write(
            corpus,
            run.batch,
            schema=schema,
            code_version=run.code_version,
            inputs=versions(inputs),
        ) as writer,
        Journal(run.store.files, corpus, run.batch) as journal,
    ):
        writer.sidecar("outcomes", OUTCOMES)
        for name, columns in (tables or {}).items():
            writer.sidecar(name, columns)
        runner = Runner(
            engine,
            journal,
            attempts=run.profile.generation.attempts,
            log=run.log,
            cancelled=run.cancelled,
        )
        passes = _Passes(work, journal, inputs)
        passes.generate_all(runner)
        laws = _assemble(passes, writer, inputs, count_tokens, tables or {})
        footer = writer.commit(*laws)
        journal.compact()  # after the commit: if it dies, the corpus is there all the same
        run.log(_summary(corpus, runner))
        return footer


class _Passes:
    """Walks the inputs, asking the work what each document needs."""

    def __init__(self, work: Work, journal: Journal, inputs: list[Corpus]) -> None:
        self._work = work
        self._journal = journal
        self._inputs = inputs
        self._given_up: dict[str, Result] = {}
        self._settled: set[str] = set()

    def generate_all(self, runner: Runner) -> None:
        """Send requests, pass by pass, until no document needs more."""
        while True:
            sent = 0
            for result in runner.generate(self._needed()):
                sent += 1
                if result.failed:
                    self._given_up[result.key] = result
            if not sent:
                return

    def cases(self, *, unsettled: bool = False) -> Iterator[list[_Case]]:
        """All documents, as far as the results at hand bring them, in windows; or only those
        that still needed something in the last pass."""
        for frame in each_frame(self._inputs):
            for rows in frame.iter_slices(WINDOW):
                documents = (Document.from_row(row) for row in rows.iter_rows(named=True))
                cases = [
                    _Case(document)
                    for document in documents
                    if not (unsettled and document.doc_id in self._settled)
                ]
                self._advance(cases)
                yield cases

    def _needed(self) -> Iterator[Request]:
        for cases in self.cases(unsettled=True):
            for case in cases:
                if isinstance(case.outcome, Need):
                    yield from case.outcome.requests
                else:
                    self._settled.add(case.document.doc_id)

    def _advance(self, cases: list[_Case]) -> None:
        """Ask again as long as every result that a document needs is known."""
        active = cases
        while active:
            for case in active:
                case.outcome = self._work.advance(case.document, case.results)
            keys = {
                request.key
                for case in active
                if isinstance(case.outcome, Need)
                for request in case.outcome.requests
            }
            known = self._journal.lookup(keys)
            known |= {key: self._given_up[key] for key in keys if key in self._given_up}
            active = [case for case in active if _learn(case, known)]


def _learn(case: _Case, known: dict[str, Result]) -> bool:
    """Take in the results that the document waits for; true if it has them all and can go on."""
    if not isinstance(case.outcome, Need):
        return False
    keys = [request.key for request in case.outcome.requests]
    case.asked.update(keys)
    if any(key not in known for key in keys):
        return False
    before = len(case.results)
    case.results |= {key: known[key] for key in keys}
    if len(case.results) == before:
        raise RuntimeError(f"document {case.document.doc_id} asks again for what it was given")
    return True


def _assemble(
    passes: _Passes,
    writer: CorpusWriter,
    inputs: list[Corpus],
    count_tokens: CountTokens,
    tables: Mapping[str, Schema],
) -> list[Law]:
    parents: Counter[str] = Counter()
    requests: Counter[str] = Counter()
    planned = 0
    for cases in passes.cases():
        writer.read(pl.DataFrame({"n_tokens": [case.document.n_tokens for case in cases]}))
        planned += sum(len(case.asked) for case in cases)
        for case in cases:
            parents[_class(case.outcome)] += 1
            requests.update(_request_classes(case))
        _write(writer, cases, count_tokens)
        _write_tables(writer, cases, tables)
    other = writer.counts.other
    other |= {f"parents_{name}": count for name, count in sorted(parents.items())}
    other |= {f"requests_{name}": count for name, count in sorted(requests.items())}
    total = sum(corpus.footer.counts.kept.documents for corpus in inputs)
    return [
        Law("parents", {"read": total}, dict(sorted(parents.items()))),
        Law("requests", {"planned": planned}, dict(sorted(requests.items()))),
    ]


def _write(writer: CorpusWriter, cases: list[_Case], count_tokens: CountTokens) -> None:
    made = [case.outcome for case in cases if isinstance(case.outcome, Made)]
    documents = [document for outcome in made for document in outcome.documents]
    extras = [
        extra for outcome in made for extra in (outcome.extra or [{} for _ in outcome.documents])
    ]
    measure(documents, count_tokens)
    rows = [
        document.to_row() | dict(extra) for document, extra in zip(documents, extras, strict=True)
    ]
    if rows:
        writer.keep(pl.DataFrame(rows, schema_overrides=DOCUMENT, infer_schema_length=None))
    dropped = [row for case in cases if (row := _dropped_row(case)) is not None]
    if dropped:
        writer.drop(pl.DataFrame(dropped, schema_overrides=DOCUMENT, infer_schema_length=None))
    writer.add("outcomes", pl.DataFrame([_outcome_row(case) for case in cases], schema=OUTCOMES))


def _write_tables(writer: CorpusWriter, cases: list[_Case], tables: Mapping[str, Schema]) -> None:
    made = [case.outcome for case in cases if isinstance(case.outcome, Made)]
    for name, columns in tables.items():
        rows = [row for outcome in made for row in outcome.tables.get(name, ())]
        writer.add(name, pl.DataFrame(rows, schema=dict(columns)))


def _dropped_row(case: _Case) -> dict[str, Any] | None:
    match case.outcome:
        case Drop(reason, value, limit):
            why = {"drop_reason": reason, "drop_value": value, "drop_limit": limit}
        case Failed(kind, error):
            why = {"drop_reason": f"failed_{kind}", "drop_value": error, "drop_limit": ""}
        case _:
            return None
    return case.document.to_row() | why


def _outcome_row(case: _Case) -> dict[str, Any]:
    outcome = case.outcome
    reason = None
    if isinstance(outcome, Drop | NotSelected):
        reason = outcome.reason
    elif isinstance(outcome, Failed):
        reason = outcome.kind
    return {
        "doc_id": case.document.doc_id,
        "outcome": _class(outcome),
        "reason": reason,
        "n_children": len(outcome.documents) if isinstance(outcome, Made) else 0,
        "n_requests": len(case.results),
    }


def _class(outcome: Outcome | None) -> str:
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


def _request_classes(case: _Case) -> Iterable[str]:
    """A request that failed in a document that was dropped counts as rejected: the drop names
    the reason, such as a text without the structure that a recipe needs."""
    outcome = _class(case.outcome)
    if outcome == "with_children":
        return ("failed" if result.failed else "accepted" for result in case.results.values())
    return ("rejected" if outcome == "dropped" else "failed" for _ in case.results)


def _summary(corpus: str, runner: Runner) -> str:
    stats = asdict(runner.stats)
    return f"{corpus}: " + ", ".join(
        f"{value:,.1f} {name}" if isinstance(value, float) else f"{value:,} {name}"
        for name, value in stats.items()
    )
