"""`synth-assets batch`: batches by their key."""

from pathlib import Path
from typing import Annotated

import typer

from synth_assets.cli.common import ProfileFile, console, say, setting
from synth_assets.corpus.store import Store
from synth_assets.errors import SynthAssetsError

app = typer.Typer(no_args_is_help=True, help="Batches by their key.")


@app.command("list")
def list_batches(profile_file: ProfileFile = None) -> None:
    """Every planned batch in the order of admission, and which corpora it has."""
    from synth_assets.dedup.abandoned import is_abandoned
    from synth_assets.ingest.plan import all_manifests
    from synth_assets.line import build_line

    _, profile = setting(profile_file)
    store = Store(profile.root)
    corpora = [stage.corpus for stage in build_line(profile)]
    for manifest in all_manifests(store):
        made = sum(store.has(corpus, manifest.key) for corpus in corpora)
        note = f", late rows of {manifest.late_of}" if manifest.late_of else ""
        note += ", abandoned" if is_abandoned(store, manifest.key) else ""
        console.print(
            f"{manifest.key}: {len(manifest.files)} files, {made} of {len(corpora)} corpora{note}"
        )


@app.command()
def abandon(key: str, profile_file: ProfileFile = None) -> None:
    """Give a batch up that cannot be finished: later batches no longer wait for its signatures."""
    from synth_assets.dedup.abandoned import abandon as give_up

    _, profile = setting(profile_file)
    give_up(Store(profile.root), key)
    say(f"batch {key} is abandoned; deduplication of later batches goes on without it")


@app.command()
def republish(
    key: str,
    profile_file: ProfileFile = None,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without it, only say what for.")
    ] = False,
    changes: Annotated[
        Path | None, typer.Option(help="Parquet file for the list of documents that change.")
    ] = None,
) -> None:
    """Judge a published batch and all later ones again, by the rows and the profile of now, and
    list what that changes; nothing else ever changes what was published, but takedowns."""
    from synth_assets.dedup.republish import counted, judged_from
    from synth_assets.republish import republish as judge_again

    home, profile = setting(profile_file)
    store = Store(profile.root)
    keys = judged_from(store, key)
    if not keys:
        raise SynthAssetsError(f"batch {key} was not judged yet, nor was a later one")
    if not yes:
        say(f"would be judged again: {', '.join(keys)} (add --yes to do it)")
        return
    found = judge_again(home, store, keys, say)
    if changes is not None:
        found.write_parquet(changes)
    for batch, change, reason, documents in counted([found]).iter_rows():
        say(f"batch {batch}: {documents:,} documents {change}{f', {reason}' if reason else ''}")
    say(f"{len(keys)} batches were judged again; {found.height:,} documents changed")
