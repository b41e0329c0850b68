"""`synth-assets journal`: finished generations counted, checked, and cleared of old ones."""

from dataclasses import asdict
from typing import Annotated

import typer

from synth_assets.cli.common import ProfileFile, console, say, setting
from synth_assets.cli.generation import Json, print_json
from synth_assets.corpus.files import Files

app = typer.Typer(no_args_is_help=True, help="The journals of finished generations.")

KEEP_DAYS = 30.0


@app.command()
def stats(as_json: Json = False, profile_file: ProfileFile = None) -> None:
    """Generations, failures, tokens and bytes of every batch's journal."""
    from synth_assets.generation.journal.stats import stats as count
    from synth_assets.report.money import journals_table, print_wide

    found = count(_files(profile_file))
    if as_json:
        print_json([asdict(item) for item in found])
    elif not found:
        console.print("there is no journal yet")
    else:
        print_wide(journals_table(found))


@app.command()
def verify(as_json: Json = False, profile_file: ProfileFile = None) -> None:
    """Read every byte of every journal; a sentence for all that is wrong, and exit status 1."""
    from synth_assets.generation.journal.check import verify as check

    wrong = check(_files(profile_file))
    if as_json:
        print_json(wrong)
    else:
        for sentence in wrong or ["every journal is whole"]:
            console.print(sentence, soft_wrap=True, markup=False)
    if wrong:
        raise typer.Exit(1)


@app.command()
def gc(
    keep_days: Annotated[
        float, typer.Option(min=0, help="Journals younger than this are left alone.")
    ] = KEEP_DAYS,
    yes: Annotated[bool, typer.Option("--yes", help="Remove; without it, only count.")] = False,
    as_json: Json = False,
    profile_file: ProfileFile = None,
) -> None:
    """Remove generations that no published batch is made of: those of old prompts and models.

    They would be paid for again if a profile asked for them again.
    """
    from synth_assets.generation.journal.garbage import collect_garbage

    garbage = collect_garbage(_files(profile_file), keep_days=keep_days, dry_run=not yes)
    if as_json:
        print_json(asdict(garbage) | {"dry_run": not yes})
        return
    for sentence in garbage.kept_back:
        console.print(sentence, soft_wrap=True, markup=False)
    done = "removed" if yes else "would be removed (add --yes to remove them)"
    say(
        f"{garbage.lines:,} generations in {len(garbage.journals):,} journals, "
        f"about {garbage.bytes / 1e6:,.1f} MB, {done}"
    )


def _files(profile_file: ProfileFile) -> Files:
    _, profile = setting(profile_file)
    return Files(profile.root)
