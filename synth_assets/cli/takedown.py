"""`synth-assets takedown`: documents taken out of every corpus again."""

from pathlib import Path
from typing import Annotated

import typer

from synth_assets.cli.common import ProfileFile, console, say, setting
from synth_assets.cli.generation import Json, print_json
from synth_assets.corpus.store import Store
from synth_assets.errors import InputError

app = typer.Typer(no_args_is_help=True, help="Documents taken out of every corpus again.")


@app.command()
def apply(
    listed: Annotated[
        Path, typer.Argument(metavar="LIST", help="Document ids, URLs, domains, one a line.")
    ],
    profile_file: ProfileFile = None,
) -> None:
    """Write every file again that holds one of the documents, or something made of one; empty
    their generations in the journal, and mark the releases that hold them."""
    from synth_assets.defs.launch import open_instance
    from synth_assets.defs.takedowns import record, record_withdrawals
    from synth_assets.takedown.apply import apply_takedowns
    from synth_assets.takedown.entries import read_list
    from synth_assets.up import prepare

    home, profile = setting(profile_file)
    store = Store(profile.root)
    entries = read_list(listed)
    if not entries:
        raise InputError(f"takedown list {listed} has no entry; nothing was taken down")
    done = apply_takedowns(store, profile, entries, say)
    prepare(home)
    with open_instance(home) as instance:
        record(instance, store, profile, done.changed)
        record_withdrawals(instance, store, profile, done.releases)
    _show(done.number, profile_file)


@app.command()
def report(
    number: Annotated[int | None, typer.Argument(help="Of a takedown; the last one.")] = None,
    as_json: Json = False,
    profile_file: ProfileFile = None,
) -> None:
    """What went with a takedown, and which releases are withdrawn."""
    if as_json:
        print_json(_report(number, profile_file))
    else:
        _show(number, profile_file)


@app.command()
def reinstate(profile_file: ProfileFile = None) -> None:
    """Bring back the first duplicate of each document that was taken down."""
    from synth_assets.defs.launch import open_instance
    from synth_assets.defs.takedowns import record
    from synth_assets.takedown.reinstate import reinstate as bring_back
    from synth_assets.up import prepare

    home, profile = setting(profile_file)
    store = Store(profile.root)
    back = bring_back(store, profile, say)
    prepare(home)
    changed = [(corpus, batch) for batch in back for corpus in ("deduped", "packed")]
    with open_instance(home) as instance:
        record(instance, store, profile, changed)
    say(f"{sum(back.values()):,} documents are back, in {len(back)} batches")


def _report(number: int | None, profile_file: Path | None) -> dict[str, object]:
    from dataclasses import asdict

    from synth_assets.takedown.apply import reports

    _, profile = setting(profile_file)
    made = reports(Store(profile.root))
    wanted = len(made) if number is None else number
    if not 1 <= wanted <= len(made):
        raise InputError(f"there is no takedown {wanted}; {len(made)} were made so far")
    return asdict(made[wanted - 1])


def _show(number: int | None, profile_file: Path | None) -> None:
    from synth_assets.report.takedowns import sentences

    for sentence in sentences(_report(number, profile_file)):
        console.print(sentence, soft_wrap=True, markup=False)
