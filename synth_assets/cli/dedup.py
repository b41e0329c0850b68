"""`synth-assets dedup`: near-duplicate removal on plain files, without Dagster or batches."""

from pathlib import Path
from typing import Annotated

import typer

from synth_assets.cli.common import ProfileFile, say, setting
from synth_assets.errors import InputError


def dedup(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Parquet or JSON Lines files, and OUT last.", metavar="IN... OUT"),
    ],
    profile_file: ProfileFile = None,
    *,
    clusters: Annotated[
        Path | None, typer.Option(help="Parquet file for the cluster table.")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of bands of documents seen before; may be repeated, in order."),
    ] = None,
    bands: Annotated[
        Path | None, typer.Option(help="Folder to keep bands in, for a later --against.")
    ] = None,
    id_column: Annotated[str, typer.Option(help="Column of document ids.")] = "doc_id",
    text_column: Annotated[str, typer.Option(help="Column of texts.")] = "text",
    paragraphs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Also take out paragraphs of so many letters, such as 200, or more that an "
            "earlier document has.",
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0.05, max=1.0, help="Jaccard; picks bands and rows as datasketch does."),
    ] = None,
) -> None:
    """Keep the first seen of every group of exact and near duplicates; the others go to
    OUT.dropped.parquet, each with what it duplicates and how similar it is. What loses paragraphs
    is in OUT.edited.parquet as it was."""
    from synth_assets.corpus.plain import Columns
    from synth_assets.dedup.minhash import bands_for
    from synth_assets.dedup.plain import dedup_files
    from synth_assets.profile.dedup import Paragraphs

    *inputs, out = paths
    if not inputs:
        raise InputError("name the files to read, and after them the one to write")
    _, profile = setting(profile_file)
    settings = profile.dedup
    if threshold is not None:
        count, rows = bands_for(threshold, settings.bands * settings.rows)
        changes = {"threshold": threshold, "bands": count, "rows": rows}
        settings = settings.model_copy(update=changes)
    if paragraphs is not None:
        settings = settings.model_copy(update={"paragraphs": Paragraphs(min_chars=paragraphs)})
    outcome = dedup_files(
        inputs,
        out,
        settings,
        clusters=clusters,
        against=against or (),
        bands=bands,
        columns=Columns(id_column, text_column),
    )
    for reason, count in outcome.dropped.items():
        say(f"{reason}: {count:,} documents")
    if outcome.edited:
        say(f"paragraphs taken out of {outcome.edited:,} documents that stay")
    say(f"{outcome.kept:,} of {outcome.read:,} documents stay: {out}")
