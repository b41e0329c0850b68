"""`synth-assets extract`: documents out of web archives, pages and tables, without Dagster."""

from pathlib import Path
from typing import Annotated

import typer

from synth_assets.cli.common import ProfileFile, say, setting
from synth_assets.errors import InputError


def extract(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="WARC, ARC, HTML, JSON Lines, Parquet and Arrow files, folders of them or URLs, "
            "and OUT (.parquet or .jsonl) last.",
            metavar="IN... OUT",
        ),
    ],
    profile_file: ProfileFile = None,
    *,
    dropped: Annotated[
        Path | None,
        typer.Option(help="Table for the dropped records; without it, OUT.dropped.parquet."),
    ] = None,
) -> None:
    """Write every record with text as a document with title, address, date and licence; the others
    go to the dropped table, each with the reason."""
    from synth_assets.ingest.plain import extract_files

    *sources, last = paths
    if not sources:
        raise InputError("name the files to read, and after them the one to write")
    out = Path(last)
    _, profile = setting(profile_file)
    left = dropped or out.with_suffix(".dropped.parquet")
    done = extract_files(sources, out, left, profile, say)
    for path in done.unknown:
        say(f"{path}: passed over, no known kind of file")
    for reason, count in sorted(done.dropped.items()):
        say(f"{reason}: {count:,} records, in {left}")
    say(f"{done.kept:,} of {done.kept + done.dropped.total():,} records are documents: {out}")
