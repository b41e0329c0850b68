"""`synth-assets batch`: batches by their key."""

import typer

from synth_assets.cli.common import ProfileFile, console, say, setting
from synth_assets.corpus.store import Store

app = typer.Typer(no_args_is_help=True, help="Batches by their key.")


@app.command("list")
def list_batches(profile_file: ProfileFile = None) -> None:
    """Every planned batch in the order of admission, and which corpora it has."""
    from synth_assets.dedup.admitted import is_abandoned
    from synth_assets.ingest.plan import all_manifests
    from synth_assets.line import build_line

    _, profile = setting(profile_file)
    store = Store(profile.root)
    corpora = [stage.corpus for stage in build_line(profile)]
    for manifest in all_manifests(store):
        made = sum(store.has(corpus, manifest.key) for corpus in corpora)
        note = ", abandoned" if is_abandoned(store, manifest.key) else ""
        console.print(
            f"{manifest.key}: {len(manifest.files)} files, {made} of {len(corpora)} corpora{note}"
        )


@app.command()
def abandon(key: str, profile_file: ProfileFile = None) -> None:
    """Give a batch up that cannot be finished: later batches no longer wait for its signatures."""
    from synth_assets.dedup.admitted import abandon as give_up

    _, profile = setting(profile_file)
    give_up(Store(profile.root), key)
    say(f"batch {key} is abandoned; deduplication of later batches goes on without it")
