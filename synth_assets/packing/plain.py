"""Packing of plain files, without batches: documents in, a folder that a trainer reads out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from synth_assets.corpus.files import Files
from synth_assets.corpus.footer import Law
from synth_assets.corpus.plain import Columns, FrameWriter, read_frames
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.errors import InputError
from synth_assets.packing.documents import DOCUMENTS, Documents, DocumentsFile
from synth_assets.packing.encoding import Encoding
from synth_assets.packing.export import FORMS, Target, export_rows
from synth_assets.packing.export.card import Card, write_card
from synth_assets.packing.export.shards import SHARD_TOKENS
from synth_assets.packing.framing import Framing
from synth_assets.packing.plan import check_capacity, plan
from synth_assets.packing.release.folder import (
    MANIFEST,
    checksums,
    publish_folder,
    staged_folder,
)
from synth_assets.packing.release.manifest import as_bytes
from synth_assets.packing.sequences import Gatherer
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.profile.packing import PackingProfile

FORMAT = 1
"""Of the manifest."""

TEXTS_AT_ONCE = 1024
DROPPED = "dropped.parquet"
LABELS = ("url", "lang", "license", "kind", "recipe", "tier")
"""Columns that are taken from the files where they are there as text."""


@dataclass(frozen=True)
class Outcome:
    """What was packed; `tokens` count framing."""

    documents: int
    dropped: int
    tokens: int
    sequences: int
    utilisation: float


def pack_files(
    inputs: Sequence[Path],
    out: Path,
    packing: PackingProfile,
    *,
    forms: Sequence[str] = ("parquet",),
    columns: Columns | None = None,
    shard_tokens: int = SHARD_TOKENS,
) -> Outcome:
    """Pack the documents of Parquet and JSON Lines files, and publish the folder `out` at once:
    `<form>/<length>/` with the shards, a manifest with every file's digest, a dataset card, and
    dropped.parquet with the documents that tokenize to nothing.

    All documents are packed together. A folder that an earlier call made is replaced. Raises
    ProfileError for a tokenizer that cannot be used, and InputError for files that cannot be read,
    for no documents at all, and for a folder that something else lies in.
    """
    _check(inputs, out, forms)
    for length in packing.sequence_lengths:
        check_capacity(length)
    framing = Framing.of(load_tokenizer(packing.tokenizer), packing)
    with (
        _beside(out) as files,
        files.staging(f"{out.name}.tokens") as tokens,
        staged_folder(files, out.name) as folder,
    ):
        with DocumentsFile(tokens, framing.tokenizer.vocab_size) as file:
            given, dropped = _encode(
                inputs,
                columns or Columns(),
                framing=framing,
                packing=packing,
                file=file,
                folder=folder,
            )
            documents = file.finish()
        if not documents.table.height:
            raise InputError(f"{_named(inputs)}: no document has any token; nothing was written")
        gatherer = Gatherer(documents.table, [documents.tokens], label=framing.digest)
        sequences = room = 0
        laws = []
        for length in packing.sequence_lengths:
            made = plan(documents.table["n_tokens"].to_numpy(), length, packing.method)
            sequences, room = sequences + len(made), room + len(made) * length
            laws.append(Law(f"tokens at {length}", given, {"packed": made.tokens}))
            tokenizer = framing.tokenizer
            target = Target(length, tokenizer.eos_id, tokenizer.vocab_size, shard_tokens)
            for form in forms:
                export_rows(form, gatherer.frames(made), folder / form / str(length), target)
        total = int(documents.table["n_tokens"].sum())
        _describe(
            folder,
            documents,
            packing=packing,
            framing=framing,
            forms=forms,
            laws=laws,
            name=out.name,
        )
        publish_folder(files, folder, out.name)
    count = documents.table.height
    packed = total * len(packing.sequence_lengths)
    return Outcome(count, dropped, total, sequences, packed / room)


@contextmanager
def _beside(out: Path) -> Iterator[Files]:
    """The folder in which `out` lies; what is temporary lies in one beside it, which is removed
    once no call works in it."""
    parent = out.absolute().parent
    scratch = parent / f".{out.name}.packing"
    try:
        yield Files(parent, scratch=scratch)
    finally:
        with suppress(OSError):  # not there, or another call's files are in it
            scratch.rmdir()


def _check(inputs: Sequence[Path], out: Path, forms: Sequence[str]) -> None:
    """Before any work: what would fail after it."""
    if not inputs:
        raise InputError("no file was given; Parquet and JSON Lines are read")
    for form in forms:
        if form not in FORMS:
            raise InputError(f"no export {form!r}; there are {', '.join(FORMS)}")
    if out.exists() and not (out / MANIFEST).exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} exists and was not made by pack; give a new folder")
    for path in inputs:
        if path.resolve().is_relative_to(out.resolve()):
            raise InputError(f"{path} lies in {out}, which would be replaced; give a new folder")


def _encode(
    inputs: Sequence[Path],
    columns: Columns,
    *,
    framing: Framing,
    packing: PackingProfile,
    file: DocumentsFile,
    folder: Path,
) -> tuple[dict[str, int], int]:
    """Tokens by what they are, counted apart from what is written; and how many documents had
    none."""
    encoding, number, dropped = Encoding(framing, packing.sources), 0, 0
    given = {"text": 0, "framing": 0}
    writer = None
    for frame in read_frames(inputs, columns):
        for part in frame.iter_slices(TEXTS_AT_ONCE):
            encoded = encoding.encode(_as_documents(part, columns, number))
            file.add(encoded.rows, encoded.tokens, encoded.n_framing)
            framed = sum(encoded.n_framing)
            given["framing"] += framed
            given["text"] += sum(map(len, encoded.tokens)) - framed
            if encoded.empty.height:
                writer = writer or FrameWriter(folder / DROPPED, folder / DROPPED)
                writer.add(encoded.empty.with_columns(drop_reason=pl.lit("no_tokens")))
            dropped += encoded.empty.height
            number += part.height
    if writer is not None:
        writer.close()
    return given, dropped


def _as_documents(rows: pl.DataFrame, columns: Columns, first: int) -> pl.DataFrame:
    """Plain rows as documents; without ids they go by their number."""
    if columns.id in rows.columns:
        ids = rows[columns.id].cast(pl.String)
    else:
        ids = pl.Series(map(str, range(first, first + rows.height)), dtype=pl.String)
    known = [name for name in LABELS if rows.schema.get(name) == pl.String]
    missing = [pl.lit(None, pl.String).alias(name) for name in LABELS if name not in known]
    return rows.select(
        ids.alias("doc_id"),
        rows[columns.text].cast(pl.String).alias("text"),
        *known,
        *missing,
        pl.lit(None, DOCUMENT["source"]).alias("source"),
    )


def _describe(
    folder: Path,
    documents: Documents,
    *,
    packing: PackingProfile,
    framing: Framing,
    forms: Sequence[str],
    laws: Sequence[Law],
    name: str,
) -> None:
    """The card, then the manifest, which holds the card's digest too."""
    lengths = packing.sequence_lengths
    configs = {str(length): f"parquet/{length}/*.parquet" for length in lengths}
    write_card(
        folder,
        Card(
            name=name,
            documents=documents.table.select(set(DOCUMENTS) - {"doc_id", "text_key"}),
            tokenizer=packing.tokenizer,
            configs=configs if "parquet" in forms else {},
            laws=laws,
            provenance={"packing": packing.version, "framing": framing.digest},
        ),
    )
    manifest = {
        "format": FORMAT,
        "packing": packing.model_dump(mode="json"),
        "framing": framing.digest,
        "eos_id": framing.tokenizer.eos_id,
        "vocab_size": framing.tokenizer.vocab_size,
        "folders": [f"{form}/{length}" for form in forms for length in lengths],
        "laws": [{"name": law.name, "left": law.left, "right": law.right} for law in laws],
        "files": checksums(folder),
    }
    (folder / MANIFEST).write_bytes(as_bytes(manifest))


def _named(inputs: Sequence[Path]) -> str:
    more = f" and {len(inputs) - 1} more" if len(inputs) > 1 else ""
    return f"{inputs[0]}{more}"
