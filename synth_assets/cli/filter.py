"""`synth-assets filter`: the filter on plain files, without Dagster or batches."""

from pathlib import Path
from typing import Annotated

import typer

from synth_assets.cli.common import ProfileFile, say, setting
from synth_assets.errors import InputError


def filter_documents(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Parquet or JSON Lines files, and OUT last.", metavar="IN... OUT"),
    ],
    profile_file: ProfileFile = None,
    *,
    dropped: Annotated[
        Path | None,
        typer.Option(help="File for the others, each with its reason; OUT.dropped.* if left out."),
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(help="File for all attributes of every document, by id.")
    ] = None,
    id_column: Annotated[str, typer.Option(help="Column of document ids.")] = "doc_id",
    text_column: Annotated[str, typer.Option(help="Column of texts.")] = "text",
) -> None:
    """Keep the documents that pass the profile's language and quality rules and are no exact
    duplicates; the others go to a file of their own with the rule, the value and the limit."""
    from synth_assets.corpus.plain import Columns
    from synth_assets.filtering.plain import filter_files

    *inputs, out = paths
    if not inputs:
        raise InputError("name the files to read, and after them the one to write")
    _, profile = setting(profile_file)
    outcome = filter_files(
        inputs,
        out,
        dropped or out.with_suffix(f".dropped{out.suffix}"),
        profile.filtering,
        scores=scores,
        columns=Columns(id_column, text_column),
    )
    for reason, count in outcome.dropped.most_common():
        say(f"{reason}: {count:,} documents")
    say(f"{outcome.kept:,} of {outcome.read:,} documents stay: {out}")
