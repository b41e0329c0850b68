"""Documents in two languages, without a model call: interlinear ones and code-switched ones."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl

from synth_assets.corpus.document import CountTokens, Document, measure
from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT, Schema
from synth_assets.corpus.stage import StageRun, versions
from synth_assets.corpus.store import Corpus
from synth_assets.errors import CancelledError

DOCUMENTS_AT_ONCE = 256

COLUMNS: Schema = DOCUMENT | {
    "relation": pl.String(),
    "other_lang": pl.String(),
    "n_segments": pl.Int64(),
    "n_switched": pl.Int64(),
    "switched": pl.List(
        pl.Struct({"start": pl.Int64(), "end": pl.Int64(), "original": pl.String()})
    ),
}
"""`other_lang` is the language beside `lang`; `n_segments` how many sentences an interlinear text
has in each; `switched` where a code-switched text has the other language's words, in characters,
and what stood there: put back, from the last to the first, they give the parent's text exactly."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """What became of one document: a made one with its columns beside those of every document, or
    the reason why there is none."""

    parent: Document
    reason: str = "made"
    child: Document | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


class MixMethod(Protocol):
    """Makes at most one document of each of its input's."""

    @property
    def input(self) -> str: ...

    def mix(self, corpus: Corpus) -> Iterator[Mixed]:
        """For every document of the input, in order."""
        ...


def make_mixed(run: StageRun, name: str, method: MixMethod) -> Footer:
    """Make this batch of mixed/<name>. Raises CancelledError when the run was asked to stop."""
    from synth_assets.packing.tokenizer import token_counter

    corpus = run.open(method.input)
    count_tokens = token_counter(run.profile.packing.tokenizer)
    outcomes: Counter[str] = Counter()
    with run.store.write(
        f"mixed/{name}",
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs=versions([corpus]),
    ) as writer:
        for part in _in_parts(method.mix(corpus)):
            if run.cancelled():
                raise CancelledError(f"mixed/{name}, batch {run.batch}: stopped on request")
            outcomes.update(one.reason for one in part)
            writer.read(pl.DataFrame({"n_tokens": [one.parent.n_tokens for one in part]}))
            writer.keep(_frame(part, count_tokens))
        writer.counts.other = {f"parents_{key}": n for key, n in sorted(outcomes.items())}
        law = Law("parents", {"read": corpus.n_documents}, dict(sorted(outcomes.items())))
        footer = writer.commit(law)
    run.log(f"mixed/{name}: {footer.counts.kept.documents:,} documents")
    return footer


def _in_parts(made: Iterable[Mixed]) -> Iterator[list[Mixed]]:
    part: list[Mixed] = []
    for one in made:
        part.append(one)
        if len(part) == DOCUMENTS_AT_ONCE:
            yield part
            part = []
    yield part


def _frame(part: Sequence[Mixed], count_tokens: CountTokens) -> pl.DataFrame:
    made = [(one.child, one.columns) for one in part if one.child is not None]
    measure([child for child, _ in made], count_tokens)
    rows = [child.to_row() | dict(columns) for child, columns in made]
    return pl.DataFrame(rows, schema=dict(COLUMNS))
