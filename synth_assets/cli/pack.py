"""`synth-assets pack`: packing of plain files, without Dagster or batches."""

from pathlib import Path
from typing import Annotated

import typer

from synth_assets.cli.common import ProfileFile, say, setting
from synth_assets.errors import InputError


def pack(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Parquet or JSON Lines files, and OUT last.", metavar="IN... OUT"),
    ],
    profile_file: ProfileFile = None,
    *,
    tokenizer: Annotated[
        str | None, typer.Option(help="Folder or hub name; the profile's if left out.")
    ] = None,
    seq_len: Annotated[
        list[int] | None, typer.Option(help="Tokens of a sequence; may be repeated.")
    ] = None,
    export: Annotated[
        list[str] | None,
        typer.Option(help="parquet (default), mds, megatron, npy or memmap; may be repeated."),
    ] = None,
    shard_tokens: Annotated[
        int, typer.Option(min=1, help="Tokens of an exported file, at most.")
    ] = 1 << 26,
    id_column: Annotated[str, typer.Option(help="Column of document ids.")] = "doc_id",
    text_column: Annotated[str, typer.Option(help="Column of texts.")] = "text",
) -> None:
    """Tokenize documents and pack them best-fit into sequences, in the folder OUT with a manifest
    and a dataset card."""
    from synth_assets.corpus.plain import Columns
    from synth_assets.packing.plain import pack_files

    *inputs, out = paths
    if not inputs:
        raise InputError("name the files to read, and after them the folder to write")
    _, profile = setting(profile_file)
    changes: dict[str, object] = {}
    if tokenizer is not None:
        changes["tokenizer"] = tokenizer
    if seq_len:
        changes["sequence_lengths"] = sorted(set(seq_len))
    outcome = pack_files(
        inputs,
        out,
        profile.packing.model_copy(update=changes),
        forms=tuple(dict.fromkeys(export or ["parquet"])),
        columns=Columns(id_column, text_column),
        shard_tokens=shard_tokens,
    )
    if outcome.dropped:
        say(f"no_tokens: {outcome.dropped:,} documents, in {out / 'dropped.parquet'}")
    say(
        f"{outcome.documents:,} documents, {outcome.tokens:,} tokens in {outcome.sequences:,} "
        f"sequences, {outcome.utilisation:.2%} full: {out}"
    )
