"""deduped: documents of a batch that duplicate nothing admitted before, by MinHash and proof."""

from collections.abc import Iterator
from dataclasses import asdict

import polars as pl

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT, DROPPED, Schema
from synth_assets.corpus.stage import StageRun, each_frame, versions
from synth_assets.corpus.store import Corpus
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.dedup.admitted import Admitted, admitted_before, admitted_now
from synth_assets.dedup.judging import REPLACING, Judge, Verdict
from synth_assets.dedup.links import Linker, shares
from synth_assets.dedup.signatures import (
    SIGNATURE_COLUMNS,
    judged_corpora,
    run_signatures,
    signatures_version,
)
from synth_assets.dedup.similarity import Similarities
from synth_assets.dedup.texts import SIGHTING_COLUMNS, Texts, in_precedence
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

VERSION = "1"

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

_VERDICTS: Schema = {
    "doc_id": pl.String(),
    **DROPPED,
    "similarity": pl.Float64(),
    "cluster_root": pl.String(),
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
    verdicts, clusters, figures = _judge(run, now, earlier)
    history = {f"signatures/{batch.key}": batch.version for batch in earlier}
    with run.store.write(
        "deduped",
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs=versions([*inputs, now.signatures]) | history,
    ) as writer:
        writer.sidecar("clusters", CLUSTER_COLUMNS)
        writer.add("clusters", clusters)
        for frame in each_frame(inputs):
            _stop_if_cancelled(run)
            _divide(frame, verdicts, writer)
        writer.counts.other = figures
        return writer.commit(*_laws(inputs, writer))


def _judge(
    run: StageRun, now: Admitted, earlier: list[Admitted]
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:
    """Verdicts on documents of this batch, the cluster table, and figures for people."""
    own = in_precedence(now.signatures.read([*SIGHTING_COLUMNS, "parent_ids"]))
    texts = Texts()
    batch_texts = texts.add(own.filter(_touched(run, own, earlier)), now.key, now.admission)
    run.log(f"deduped: {len(batch_texts)} texts may have duplicates")
    similarities = Similarities(run.store, run.profile.dedup.ngram)
    linker = Linker(texts, similarities, run.profile.dedup, lambda: _stop_if_cancelled(run))
    linker.link_earlier(batch_texts, earlier)
    linker.link_within(batch_texts)
    judge = Judge(texts, linker.links, run.profile.dedup)
    judge.run()
    replacing = own.filter(pl.col("relation").is_in(REPLACING)).select("doc_id", "parent_ids")
    judge.supersede(replacing.iter_rows(), set(own["doc_id"]))
    mine = {doc_id: judge.verdicts[doc_id] for doc_id in own["doc_id"] if doc_id in judge.verdicts}
    roots = {doc_id: judge.root(doc_id) for doc_id in mine}
    batches = {item.doc_id: item.batch for text in texts for item in text.sightings}
    figures = {
        "admitted_before": len(earlier),
        "pairs_compared": similarities.compared,
        "pairs_estimated": similarities.estimated,
        "clusters": len(set(roots.values())),
    }
    return _verdict_frame(mine, roots), _cluster_frame(roots, batches, now.key), figures


def _touched(run: StageRun, own: pl.DataFrame, earlier: list[Admitted]) -> pl.Series:
    """Which rows share a content hash or a band with any other row, here or earlier; the rest,
    which is most of a batch, never becomes an object."""
    bands = own.select("bands").explode("bands")["bands"].drop_nulls()
    repeated = bands.filter(bands.is_duplicated()).unique()
    hashes = own["content_hash"]
    found = shares(own, hashes.filter(hashes.is_duplicated()).unique(), repeated)
    for batch in earlier:
        for frame in batch.signatures.frames(["content_hash", "bands"]):
            _stop_if_cancelled(run)
            seen = frame.select("bands").explode("bands")["bands"].drop_nulls()
            found |= shares(own, frame["content_hash"], seen)
    return found


def _verdict_frame(verdicts: dict[str, Verdict], roots: dict[str, str]) -> pl.DataFrame:
    rows = [
        {"doc_id": doc_id, **asdict(verdict), "cluster_root": roots[doc_id]}
        for doc_id, verdict in verdicts.items()
    ]
    return pl.DataFrame(rows, schema=dict(_VERDICTS))


def _cluster_frame(roots: dict[str, str], batches: dict[str, str], own: str) -> pl.DataFrame:
    """One row per document that left, and one per document that stayed for others."""
    left = [(root, doc_id, own, False) for doc_id, root in roots.items()]
    stayed = [(root, root, batches.get(root, own), True) for root in set(roots.values())]
    return pl.DataFrame(sorted(left + stayed), schema=dict(CLUSTER_COLUMNS), orient="row")


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
