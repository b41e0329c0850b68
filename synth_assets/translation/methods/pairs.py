"""Bitexts without a model call: rows made of the segments of translated documents.

A method says of every segment what became of it. Segments without words (`copied`) make no pair.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import Schema
from synth_assets.corpus.stage import StageRun, versions
from synth_assets.corpus.store import Corpus
from synth_assets.errors import CancelledError
from synth_assets.translation import bitext
from synth_assets.translation.methods.aligned import Aligned, Pair

PAIRED = "paired"
COPIED = "copied"
ROWS_AT_ONCE = 10_000

COLUMNS: Schema = bitext.COLUMNS | {
    "other_id": pl.String(),
    "synthetic": pl.String(),
    "tag": pl.String(),
    "decoding": pl.String(),
    "pivot": pl.String(),
    "chrf": pl.Float64(),
}
"""Those of every bitext, and: the document that the target was taken from, where it is not that of
`doc_id`; which sides a model wrote (source, target or both); what a tagged source begins with; how
the synthetic side was drawn; the text that both sides are translations of; sentence chrF of what
came back against the text."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """What became of one segment, and its rows if it is `paired`."""

    outcome: str
    rows: Sequence[dict[str, Any]] = field(default_factory=list)


class PairMethod(Protocol):
    """Makes rows of the segments of one or two corpora."""

    @property
    def inputs(self) -> Sequence[str]:
        """The corpora; the first is the one whose segments are counted."""
        ...

    def sort(self, corpora: Sequence[Corpus]) -> Iterator[Sorted]:
        """One for every segment of the first corpus's texts, in order."""
        ...


def make_bitext(run: StageRun, name: str, method: PairMethod) -> Footer:
    """Make this batch of bitext/<name>.

    Raises CorpusError where the two sides have no document in common, CancelledError when the run
    was asked to stop.
    """
    corpora = [run.open(corpus) for corpus in method.inputs]
    outcomes: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    with run.store.write(
        f"bitext/{name}",
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs=versions(corpora),
        documents=False,
    ) as writer:
        for made in method.sort(corpora):
            outcomes[made.outcome] += 1
            rows += made.rows
            if len(rows) >= ROWS_AT_ONCE:
                if run.cancelled():
                    raise CancelledError(f"bitext/{name}, batch {run.batch}: stopped on request")
                writer.keep(_frame(rows))
                rows = []
        writer.keep(_frame(rows))
        writer.counts.other = {f"segments_{key}": n for key, n in sorted(outcomes.items())}
        law = Law("segments", {"read": n_segments(corpora[0])}, dict(sorted(outcomes.items())))
        footer = writer.commit(law)
    run.log(f"bitext/{name}: {footer.counts.kept.documents:,} pairs of {sum(outcomes.values()):,}")
    return footer


def n_segments(corpus: Corpus) -> int:
    """Segments of all texts of a batch of translated/<lang>, as its rows say."""
    return sum(int(frame["n_segments"].sum() or 0) for frame in corpus.frames(["n_segments"]))


def row_of(one: Aligned, pair: Pair, method: str, **fields: Any) -> dict[str, Any]:
    """A pair's row: what it inherits from its document, and what the method says of it."""
    document = one.document
    return {
        "doc_id": document.doc_id,
        "parent_id": one.parent,
        "root_ids": document.root_ids,
        "url": document.url,
        "part": "text",
        "position": pair.index,
        "source": pair.source,
        "target": pair.target,
        "method": method,
        "model": document.model,
        "model_revision": document.model_revision,
        "license": document.license,
        **fields,
    }


def _frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(COLUMNS))
