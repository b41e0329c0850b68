"""deduped: documents of a batch that duplicate nothing admitted before, by MinHash and proof."""

from collections.abc import Iterator, Sequence

import polars as pl

from synth_assets.corpus.footer import Footer, Law, Tally
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.stage import StageRun, each_frame, versions
from synth_assets.corpus.store import Corpus
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.dedup import editing
from synth_assets.dedup.admitted import Admitted, admitted_before, admitted_now
from synth_assets.dedup.editing import Editor, Taken
from synth_assets.dedup.judgement import judge
from synth_assets.dedup.late import is_fixed, membership
from synth_assets.dedup.repeats import Repeats
from synth_assets.dedup.same_page import published_versions
from synth_assets.dedup.signatures import judged_inputs, run_signatures
from synth_assets.dedup.stored import stored_texts
from synth_assets.dedup.texts import SIGHTING_COLUMNS, OwnBatch
from synth_assets.dedup.version import (
    CLUSTER_COLUMNS,
    COLUMNS,
    SIGNATURE_COLUMNS,
    VERSION,
    code_version,
    signatures_version,
)
from synth_assets.errors import CancelledError, CorpusError
from synth_assets.ingest.plan import load_manifest

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


def run(run: StageRun) -> Footer:
    """Judge one batch against everything admitted before it and against itself.

    What was published stays, whatever has changed since; only a run with `republish` judges again.
    Raises CorpusError where an earlier batch lacks signatures, or signatures do not fit.
    """
    if (published := _published(run)) is not None:
        run.log(
            f"deduped of batch {run.batch} was published and stays; to judge it and all later ones "
            f"again: synth-assets batch republish {run.batch}"
        )
        return published
    own = membership(run.store, run.batch)
    inputs = judged_inputs(run, own)
    now = admitted_now(run)
    rows = now.signatures.read([*SIGHTING_COLUMNS, "parent_ids"])
    is_stale = _refuse_stale(run, now, inputs)
    earlier = admitted_before(run, now.admission)
    batch = OwnBatch(now, rows)
    judgement = judge(
        batch,
        earlier,
        stored_texts(run.store),
        run.profile.dedup,
        scratch=run.store.files.scratch,
        stop=lambda: _stop_if_cancelled(run),
        versions=published_versions(run.store, own, rows, earlier),
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
        editor = _editor(run, batch, now, earlier)
        if editor is not None:
            writer.sidecar(editing.SIDECAR, editing.COLUMNS)
        mine = None if own.is_whole and not is_stale else rows.select("doc_id", "content_hash")
        elsewhere = Tally()
        for frame in each_frame(inputs):
            _stop_if_cancelled(run)
            own_rows = _of_this_admission(frame, mine, elsewhere)
            _divide(own_rows, judgement.verdicts, writer, editor)
        taken = editor.taken if editor is not None else None
        writer.counts.other = judgement.figures | (taken.figures if taken else {})
        footer = writer.commit(*_laws(inputs, elsewhere, writer, taken))
    _say_unchanged(run, own.origin, footer)
    return footer


def _say_unchanged(run: StageRun, origin: str, footer: Footer) -> None:
    if pages := footer.counts.dropped.get("same_page"):
        run.log(
            f"{pages.documents:,} pages of batch {origin} were published in another version and "
            f"stay as they were, with personal data where it was not masked then; to publish "
            f"their present version: synth-assets batch republish {origin}"
        )


def _published(run: StageRun) -> Footer | None:
    """What stays as it is."""
    if run.republish or not run.store.has("deduped", run.batch):
        return None
    footer = run.store.open("deduped", run.batch, lawful=False).footer
    return None if footer.broken_laws else footer


def _of_this_admission(
    frame: pl.DataFrame, mine: pl.DataFrame | None, elsewhere: Tally
) -> pl.DataFrame:
    """The rows that the batch's signatures know; the others are counted: they are admitted under
    another number."""
    if mine is None:
        return frame
    others = frame.join(mine, on=["doc_id", "content_hash"], how="anti")
    elsewhere.add(others.height, int(others["n_tokens"].sum() or 0))
    return frame.join(mine, on=["doc_id", "content_hash"], how="semi", maintain_order="left")


def _editor(run: StageRun, own: OwnBatch, now: Admitted, earlier: list[Admitted]) -> Editor | None:
    settings = run.profile.dedup.paragraphs
    if settings is None:
        return None

    def count_tokens(texts: Sequence[str]) -> list[int]:
        from synth_assets.packing.tokenizer import token_counter  # loaded only where it is needed

        return token_counter(run.profile.packing.tokenizer)(texts)

    indexes = [batch.paragraphs for batch in earlier]
    repeats = Repeats(now.paragraphs, indexes, settings.min_chars)
    return Editor(own, earlier, repeats, count_tokens)


def _divide(
    frame: pl.DataFrame, verdicts: pl.DataFrame, writer: CorpusWriter, editor: Editor | None
) -> None:
    """Keep or drop each row, in input order."""
    rows = frame.rename({"quality_tier": "tier"}, strict=False)
    rows = rows.select(name for name in (*DOCUMENT, "relation", "tier") if name in rows.columns)
    writer.read(rows)
    kept = rows.join(verdicts, on="doc_id", how="anti", maintain_order="left")
    writer.drop(rows.join(verdicts, on="doc_id", how="inner", maintain_order="left"))
    if editor is None:
        writer.keep(kept)
        return
    edited = editor.edit(kept)
    writer.keep(edited.kept)
    writer.drop(edited.dropped)
    writer.add(editing.SIDECAR, edited.log)


def _laws(
    inputs: list[Corpus], elsewhere: Tally, writer: CorpusWriter, taken: Taken | None
) -> Iterator[Law]:
    """What the inputs say they hold, against what was written."""
    kept, dropped = writer.counts.kept, writer.counts.dropped_total
    given = {corpus.name: corpus.footer.counts.kept for corpus in inputs}
    others = elsewhere.documents > 0
    yield Law(
        "documents",
        {name: tally.documents for name, tally in given.items()},
        {"kept": kept.documents, "dropped": dropped.documents}
        | ({OTHERS: elsewhere.documents} if others else {}),
    )
    yield Law(
        "tokens",
        {name: tally.tokens for name, tally in given.items()},
        {"kept": kept.tokens, "dropped": dropped.tokens}
        | ({OTHERS: elsewhere.tokens} if others else {})
        | ({"taken out": taken.tokens} if taken else {}),
    )
    if taken is not None:
        yield taken.law


OTHERS = "of another admission"


def _refuse_stale(run: StageRun, now: Admitted, inputs: list[Corpus]) -> bool:
    """Whether the signatures are of other rows than the inputs hold now. That is refused, since
    documents would pass unjudged, unless a batch was judged by them, so that they stay."""
    made_from = now.signatures.footer.inputs
    stale = [item.name for item in inputs if made_from.get(item.name) != item.data_version]
    if stale and not is_fixed(run.store, load_manifest(run.store, run.batch)):
        raise CorpusError(
            f"signatures of batch {now.key} were made from another version of {stale[0]}; "
            f"materialize signatures for this batch again"
        )
    return bool(stale)


def _stop_if_cancelled(run: StageRun) -> None:
    if run.cancelled():
        raise CancelledError(f"deduplication of batch {run.batch} was stopped")
