"""packed: the kept documents of a batch as token sequences, every stratum apart."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT, DROPPED
from synth_assets.corpus.stage import StageRun, versions
from synth_assets.corpus.store import Corpus
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.errors import CancelledError
from synth_assets.packing.documents import (
    DOCUMENTS,
    ENCODING,
    TABLE,
    TOKENS,
    Documents,
    DocumentsFile,
)
from synth_assets.packing.encoding import Encoding, earlier_tokens
from synth_assets.packing.framing import Framing
from synth_assets.packing.pictures import pictures
from synth_assets.packing.plan import Plan, plan
from synth_assets.packing.sequences import Gatherer
from synth_assets.packing.strata import each_stratum
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.packing.version import COLUMNS, VERSION, code_version

__all__ = ["COLUMNS", "VERSION", "code_version", "pictures", "run"]

TEXTS_AT_ONCE = 1024
"""Texts handed to the tokenizer in one call; bounds the arrays of ids alive at a time."""


def run(run: StageRun) -> Footer:
    """Pack one batch of `deduped` at every length of the profile.

    Raises ProfileError for a tokenizer without end-of-text token.
    """
    packing = run.profile.packing
    framing = Framing.of(load_tokenizer(packing.tokenizer), packing)
    source = run.open("deduped")
    with run.store.write(
        "packed",
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs=versions([source]) | {ENCODING: framing.digest},
        documents=False,
    ) as writer:
        writer.sidecar("dropped", DOCUMENT | DROPPED)
        writer.sidecar(TABLE, DOCUMENTS)
        documents = _encode(run, source, framing, writer)
        writer.add(TABLE, documents.table)
        packed = _pack(run, documents, framing, writer)
        writer.counts.other = packed.figures(documents, framing)
        return writer.commit(*_laws(source, writer, documents, framing, packed))


def _encode(run: StageRun, source: Corpus, framing: Framing, writer: CorpusWriter) -> Documents:
    """First pass: every document's tokens to disk; documents without any are dropped."""
    encoding = Encoding(framing, run.profile.packing.sources, earlier_tokens(run, framing))
    path = writer.attachment(TOKENS)
    with DocumentsFile(path, framing.tokenizer.vocab_size) as file:
        for group in source.frames():
            for frame in group.iter_slices(TEXTS_AT_ONCE):
                _stop_if_cancelled(run)
                writer.read(frame)
                encoded = encoding.encode(frame)
                file.add(encoded.rows, encoded.tokens, encoded.n_framing)
                writer.drop(_without_tokens(encoded.empty))
        if encoding.reused:
            run.log(f"took over the tokens of {encoding.reused:,} documents")
        return file.finish()


@dataclass
class _Packed:
    """What was packed, summed over the strata."""

    sequences: int = 0
    room: int = 0
    cut: dict[int, int] = field(default_factory=dict)  # documents, by length
    tokens: dict[int, int] = field(default_factory=dict)  # by length
    documents: dict[int, int] = field(default_factory=dict)  # by length

    def add(self, made: Plan) -> None:
        pieces, length = made.pieces, made.capacity
        self.sequences += len(made)
        self.room += len(made) * length
        cut = len(np.unique(pieces.document[pieces.start > 0]))
        self.cut[length] = self.cut.get(length, 0) + cut
        self.tokens[length] = self.tokens.get(length, 0) + made.tokens
        whole = len(np.unique(pieces.document))
        self.documents[length] = self.documents.get(length, 0) + whole

    def figures(self, documents: Documents, framing: Framing) -> dict[str, int]:
        """For people: whole numbers, the utilisation in parts per million; `cut_documents` are
        those cut at the shortest length."""
        tokens, height = sum(self.tokens.values()), documents.table.height
        return {
            "documents": height,
            "cut_documents": max(self.cut.values(), default=0),
            "eos_tokens": height * framing.eos_tokens,
            "sequences": self.sequences,
            "utilisation_ppm": tokens * 1_000_000 // self.room if self.room else 0,
        }


def _pack(run: StageRun, documents: Documents, framing: Framing, writer: CorpusWriter) -> _Packed:
    """Second pass: plan and gather the strata one by one, at every length."""
    packing, packed = run.profile.packing, _Packed()
    for stratum, rows in each_stratum(documents.table):
        own = documents.table[rows]
        gatherer = Gatherer(own, [documents.tokens], label=framing.digest)
        for length in packing.sequence_lengths:
            made = plan(own["n_tokens"].to_numpy(), length, packing.method)
            packed.add(made)
            for frame in gatherer.frames(made, stratum):
                _stop_if_cancelled(run)
                writer.keep(frame)
    return packed


def _without_tokens(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(*DOCUMENT).with_columns(
        pl.lit("no_tokens").alias("drop_reason"),
        pl.lit("0").alias("drop_value"),
        pl.lit("at least 1 token").alias("drop_limit"),
    )


def _laws(
    source: Corpus, writer: CorpusWriter, documents: Documents, framing: Framing, packed: _Packed
) -> list[Law]:
    """What `deduped` says it kept, against what was packed of it at each length."""
    given, dropped = source.footer.counts.kept, writer.counts.dropped_total
    eos = (given.documents - dropped.documents) * framing.eos_tokens
    left = {"input": given.tokens, "eos": eos}
    if framing.source_ids != "none":
        left["source_ids"] = int(documents.table["n_framing"].sum()) - eos
    laws = []
    lengths = sorted(packed.tokens) or [0]
    for length in lengths:
        of = f" at {length}" if len(lengths) > 1 else ""
        laws += [
            Law(
                f"documents{of}",
                {"documents": given.documents},
                {"packed": packed.documents.get(length, 0), "dropped": dropped.documents},
            ),
            Law(
                f"tokens{of}",
                left,
                {"packed": packed.tokens.get(length, 0), "dropped": dropped.tokens},
            ),
        ]
    return laws


def _stop_if_cancelled(run: StageRun) -> None:
    if run.cancelled():
        raise CancelledError(f"packing of batch {run.batch} was stopped; nothing was published")
