"""Translated documents gone over by a language model, segment by segment.

A revision that a gate refuses, that alters a protected stretch or is no better is not taken: the
translation stays as it was, and what was refused is counted. A document with nothing edited makes
no row; an edited one takes its parent's place in deduplication.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice

import polars as pl

from synth_assets.corpus.document import Document
from synth_assets.corpus.schema import DOCUMENT, Schema
from synth_assets.corpus.store import Corpus
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.gate import Gate, Generated, first_fault
from synth_assets.generation.gates.length import Empty, SegmentLength
from synth_assets.generation.gates.lines import OneLine
from synth_assets.generation.gates.numbers import NumbersKept
from synth_assets.generation.gates.preamble import Preamble
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.gates.repetition import Loop
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling
from synth_assets.generation.work import Made, Need, NotSelected, Outcome, Results
from synth_assets.rewriting.parsing import parse
from synth_assets.translation.methods.aligned import Pair, aligned
from synth_assets.translation.methods.editors import Editor
from synth_assets.translation.protect import find_spans

VERSION = "1"
GATES: tuple[Gate, ...] = (
    Truncated(),
    Empty(),
    Refusal(),
    Preamble(),
    OneLine(),
    Loop(),
    SegmentLength(),
    NumbersKept(repeats=True, min_share=1, spare=0),
)
PAIRS = "pairs"
"""Column of the input's documents that holds their pairs; see `WithPairs`."""

COLUMNS: Schema = DOCUMENT | {
    "relation": pl.String(),
    "n_segments": pl.Int64(),
    "n_asked": pl.Int64(),
    "n_edited": pl.Int64(),
    "n_terms": pl.Int64(),
    "n_terms_before": pl.Int64(),
    "n_terms_hit": pl.Int64(),
    "perplexity": pl.Float64(),
}
"""Of the text's segments: how many there are, were asked about, were replaced; terms of the
glossary that they should have, and how many of them they had before and have now; how natural the
text is to a reference model, null where the profile names none."""


@dataclass(frozen=True)
class WithPairs:
    """A batch of translated/<lang> as `generate_corpus` reads it: each document with its pairs."""

    corpus: Corpus
    part: str | None = None

    @property
    def name(self) -> str:
        return self.corpus.name

    @property
    def data_version(self) -> str:
        return self.corpus.data_version

    @property
    def n_documents(self) -> int:
        return self.corpus.n_documents

    def frames(self) -> Iterator[pl.DataFrame]:
        """Rows of `DOCUMENT` and the pairs, a few hundred documents at a time."""
        one_by_one = aligned(self.corpus)
        while some := list(islice(one_by_one, DOCUMENTS_AT_ONCE)):
            rows = [
                one.document.to_row() | {PAIRS: [asdict(pair) for pair in one.pairs]}
                for one in some
            ]
            yield pl.DataFrame(rows, schema=_READ)


DOCUMENTS_AT_ONCE = 256
_READ = DOCUMENT | {
    PAIRS: pl.List(
        pl.Struct(
            {
                "index": pl.Int64(),
                "source": pl.String(),
                "target": pl.String(),
                "start": pl.Int64(),
                "method": pl.String(),
            }
        )
    )
}


@dataclass(frozen=True)
class Revision:
    """See `generation.work.Work`; its documents carry their pairs in the column SEGMENTS."""

    editor: Editor
    identity: EngineIdentity
    sampling: Sampling
    seed: int
    row_version: str
    recipe_version: str
    gates: Sequence[Gate] = field(default=GATES)

    def advance(self, document: Document, results: Results) -> Outcome:
        pairs = [Pair(**row) for row in document.attributes[PAIRS]]
        asked = [(pair, self._request(pair)) for pair in pairs if not pair.copied]
        sent = [(pair, request) for pair, request in asked if request is not None]
        if any(request.key not in results for _, request in sent):
            return Need([request for _, request in sent])
        faults: dict[str, Fault] = {}
        taken: dict[int, str] = {}
        keys: list[str] = []
        for pair, request in sent:
            text = self._revised(pair, request, results[request.key], faults)
            if text is not None:
                taken[pair.index] = text
                keys.append(request.key)
        if not taken:
            return NotSelected("nothing_edited")
        after = [taken.get(pair.index, pair.target) for pair in pairs]
        counts = {"n_segments": len(pairs), "n_asked": len(sent), "n_edited": len(taken)}
        counts |= self.editor.counts(pairs, after)
        return self._made(document, rebuilt(document.text, pairs, after), keys, counts, faults)

    def _request(self, pair: Pair) -> Request | None:
        messages = self.editor.messages(pair)
        if messages is None:
            return None
        name = self.editor.name
        return make_request(
            self.identity, messages, self.sampling, profile_seed=self.seed, step=name
        )

    def _revised(
        self, pair: Pair, request: Request, result: Result, faults: dict[str, Fault]
    ) -> str | None:
        """The revision where it is one; None where the translation stays."""
        if result.text is None:
            return None
        text = parse(["strip_thinking", "unwrap_fence", "strip_preamble"], result.text)
        made = Generated(
            pair.target,
            text,
            finish_reason=result.finish_reason,
            completion_tokens=result.completion_tokens,
            max_new_tokens=request.sampling.max_new_tokens,
        )
        fault = first_fault(self.gates, made)
        if fault is None and _protected(text) != _protected(pair.target):
            fault = Fault("altered_span", text[:80], "every protected span")
        if fault is None and not self.editor.improves(pair, text):
            fault = Fault("no_better", text[:80], "an improvement")
        if fault is not None:
            faults[request.key] = fault
            return None
        return text

    def _made(
        self,
        document: Document,
        text: str,
        keys: Sequence[str],
        counts: Mapping[str, int],
        faults: Mapping[str, Fault],
    ) -> Outcome:
        child = document.child(
            text,
            row_version=self.row_version,
            generation_keys=list(dict.fromkeys(keys)),
            recipe=self.editor.name,
            recipe_version=self.recipe_version,
            model=self.identity.model,
            model_revision=self.identity.revision,
            seed=self.seed,
        )
        return Made([child], [{"relation": "supersedes", **counts}], {}, faults)


def rebuilt(text: str, pairs: Sequence[Pair], after: Sequence[str]) -> str:
    """The document with its segments replaced; all between them stays."""
    made, last = "", 0
    for pair, revised in zip(pairs, after, strict=True):
        made += text[last : pair.start] + revised
        last = pair.start + len(pair.target)
    return made + text[last:]


def _protected(text: str) -> list[str]:
    return sorted(span.text for span in find_spans(text))
