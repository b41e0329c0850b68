"""One published batch of a corpus written again without what was taken down."""

from dataclasses import replace

import polars as pl

from synth_assets.corpus.footer import Counts, Footer, Law
from synth_assets.corpus.schema import DROPPED, Schema
from synth_assets.corpus.store import Corpus, Store
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.takedown.register import MATCHED, REASON, Register

IDS_ONLY = ("clusters", "outcomes")
"""Sidecars that say of documents what became of them, and hold no text."""


def ids_to_go(corpus: Corpus, register: Register) -> pl.Series:
    """Documents of the batch, kept or dropped, that are to be taken down and still are there."""
    columns = [name for name in MATCHED if name in corpus.columns]
    kept = corpus.frames(columns)
    dropped = corpus.sidecar_frames("dropped", [*columns, "drop_reason"])
    there = (frame.filter(pl.col("drop_reason") != REASON) for frame in dropped)
    found = [frame.filter(register.mask(frame))["doc_id"] for frame in (*kept, *there)]
    return pl.concat([pl.Series("doc_id", [], dtype=pl.String), *found])


def rewrite(store: Store, corpus: Corpus, gone: pl.Series, versions: dict[str, str]) -> Footer:
    """Write the batch again; the writer leaves out what the register names, see
    `CorpusWriter.keep`. `gone` are all documents taken down so far, `versions` the new data
    versions of the batch's inputs, which take the place of the old ones."""
    old = corpus.footer
    inputs = {name: versions.get(name, version) for name, version in old.inputs.items()}
    with store.write(
        corpus.name, corpus.batch, schema=_schema(corpus.frames()), code_version=old.code_version,
        inputs=inputs,
    ) as writer:  # fmt: skip
        for name in old.sidecars:
            if name != "dropped":
                writer.sidecar(name, _schema(corpus.sidecar_frames(name)))
        for frame in corpus.frames():
            writer.keep(frame)
        for name in old.sidecars:
            for frame in corpus.sidecar_frames(name):
                _copy(writer, name, frame, gone)
        writer.footer.parts = old.parts
        writer.counts.read = old.counts.read
        writer.counts.other = old.counts.other
        return writer.commit(*(law_now(law, old, writer.counts) for law in old.laws))


def _schema(frames: object) -> Schema:
    first: pl.DataFrame = next(iter(frames))  # type: ignore[call-overload]
    return {name: kind for name, kind in first.schema.items() if name not in DROPPED}


def _copy(writer: CorpusWriter, name: str, frame: pl.DataFrame, gone: pl.Series) -> None:
    if name == "dropped":
        writer.drop(frame)
    elif name in IDS_ONLY or "doc_id" not in frame.columns:
        writer.add(name, frame)
    else:
        taken = pl.col("doc_id").is_in(gone.implode())
        if name != "requests":
            writer.add(name, frame.filter(~taken))
        else:  # what a gate measured may quote the text
            value = pl.when(taken).then(None).otherwise("value").alias("value")
            writer.add(name, frame.with_columns(value))


def law_now(law: Law, old: Footer, now: Counts) -> Law:
    """The same law with what moved between kept and dropped since the footer was written."""
    if not {"kept", "dropped"} <= law.right.keys():
        return law
    kept, before = now.kept, old.counts.kept
    in_tokens = law.name == "tokens"
    came = kept.tokens - before.tokens if in_tokens else kept.documents - before.documents
    right = law.right | {"kept": law.right["kept"] + came, "dropped": law.right["dropped"] - came}
    return replace(law, right=right)
