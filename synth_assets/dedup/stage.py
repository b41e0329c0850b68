"""deduped: documents of a batch that duplicate nothing admitted before, by MinHash and proof."""

from collections.abc import Iterator

import polars as pl

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT, Schema
from synth_assets.corpus.stage import StageRun, each_frame, versions
from synth_assets.corpus.store import Corpus
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.dedup.admitted import Admitted, admitted_before, admitted_now
from synth_assets.dedup.judgement import judge
from synth_assets.dedup.signatures import (
    SIGNATURE_COLUMNS,
    judged_corpora,
    run_signatures,
    signatures_version,
)
from synth_assets.dedup.similarity import stored_texts
from synth_assets.dedup.texts import SIGHTING_COLUMNS, OwnBatch
from synth_assets.errors import CancelledError, CorpusError
from synth_assets.hashing import digest_json
from synth_assets.profile.model import Profile

__all__ = [
    "CLUSTER_COLUMNS",
    "COLUMNS",
    "SIGNATURE_COLUMNS",
    "VERSION",
    "code_version",
    "run",
    "run_signatures",
    "signatures_version",
]

VERSION = "2"

COLUMNS: Schema = DOCUMENT | {
    "relation": pl.String(),
    # of dropped rows: the document that stayed for this one, by way of others where need be
    "cluster_root": pl.String(),
    # of dropped rows: Jaccard similarity to `duplicate_of`
    "similarity": pl.Float64(),
}

CLUSTER_COLUMNS: Schema = {
    # the document that stayed
    "cluster_id": pl.String(),
    "doc_id": pl.String(),
    "batch": pl.String(),
    "kept": pl.Boolean(),
}


def code_version(profile: Profile) -> str:
    """Digest of what shapes the decisions."""
    return digest_json(["deduped", VERSION, profile.dedup.version])


def run(run: StageRun) -> Footer:
    """Judge one batch against everything admitted before it and against itself.

    Raises CorpusError where an earlier batch lacks signatures, or signatures do not fit.
    """
    inputs = [run.open(corpus) for corpus in judged_corpora(run.profile)]
    now = admitted_now(run)
    _refuse_stale(now, inputs)
    earlier = admitted_before(run, now.admission)
    judgement = judge(
        OwnBatch(now, now.signatures.read([*SIGHTING_COLUMNS, "parent_ids"])),
        earlier,
        stored_texts(run.store),
        run.profile.dedup,
        scratch=run.store.files.scratch,
        stop=lambda: _stop_if_cancelled(run),
    )
    history = {f"signatures/{batch.key}": batch.version for batch in earlier}
    with run.store.write(
        "deduped",
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs=versions([*inputs, now.signatures]) | history,
    ) as writer:
        writer.sidecar("clusters", CLUSTER_COLUMNS)
        writer.add("clusters", judgement.clusters)
        for frame in each_frame(inputs):
            _stop_if_cancelled(run)
            _divide(frame, judgement.verdicts, writer)
        writer.counts.other = judgement.figures
        return writer.commit(*_laws(inputs, writer))


def _divide(frame: pl.DataFrame, verdicts: pl.DataFrame, writer: CorpusWriter) -> None:
    """Keep or drop each row, in input order."""
    known = [name for name in (*DOCUMENT, "relation") if name in frame.columns]
    rows = frame.select(known)
    writer.read(rows)
    writer.keep(rows.join(verdicts, on="doc_id", how="anti", maintain_order="left"))
    writer.drop(rows.join(verdicts, on="doc_id", how="inner", maintain_order="left"))


def _laws(inputs: list[Corpus], writer: CorpusWriter) -> Iterator[Law]:
    """What the inputs say they hold, against what was written."""
    kept, dropped = writer.counts.kept, writer.counts.dropped_total
    given = {corpus.name: corpus.footer.counts.kept for corpus in inputs}
    yield Law(
        "documents",
        {name: tally.documents for name, tally in given.items()},
        {"kept": kept.documents, "dropped": dropped.documents},
    )
    yield Law(
        "tokens",
        {name: tally.tokens for name, tally in given.items()},
        {"kept": kept.tokens, "dropped": dropped.tokens},
    )


def _refuse_stale(now: Admitted, inputs: list[Corpus]) -> None:
    """Signatures of other rows than these would let documents pass unjudged."""
    made_from = now.signatures.footer.inputs
    for corpus in inputs:
        if made_from.get(corpus.name) != corpus.data_version:
            raise CorpusError(
                f"signatures of batch {now.key} were made from another version of {corpus.name}; "
                f"materialize signatures for this batch again"
            )


def _stop_if_cancelled(run: StageRun) -> None:
    if run.cancelled():
        raise CancelledError(f"deduplication of batch {run.batch} was stopped")
