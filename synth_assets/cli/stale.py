"""`synth-assets stale`: what will be made again, why, and what has to be generated for it."""

from dataclasses import asdict
from typing import Annotated

import typer

from synth_assets.cli.common import ProfileFile, console, setting
from synth_assets.corpus.store import Store


def stale(
    batch: Annotated[str | None, typer.Option("--batch", help="Key of one batch.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
    profile_file: ProfileFile = None,
) -> None:
    """Every corpus and batch that a change leads to, with the reason and the requests to be sent;
    makes nothing, loads no model."""
    from synth_assets.cli.generation import print_json
    from synth_assets.report.money import print_wide
    from synth_assets.report.stale import stale_note, stale_table
    from synth_assets.stale import stale as find

    _, profile = setting(profile_file)
    found = find(profile, Store(profile.root), batch)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        console.print("nothing is stale")
        return
    print_wide(stale_table(found))
    console.print(stale_note(found), soft_wrap=True, markup=False)
