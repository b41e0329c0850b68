"""`synth-assets`: the command line."""

import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from synth_assets import bundled
from synth_assets.corpus.store import Store
from synth_assets.errors import SynthAssetsError
from synth_assets.home import Home
from synth_assets.profile import Profile, load_profile

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Synthetic pretraining corpora: filter, rewrite, translate, deduplicate, pack.",
)
batch_app = typer.Typer(no_args_is_help=True, help="Batches by their key.")
app.add_typer(batch_app, name="batch")
console = Console(highlight=False)

ProfileFile = Annotated[
    Path | None, typer.Option("--profile", help="YAML that overrides parts of the default profile.")
]


@app.command()
def up(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder or file of your own pages; without it, the bundled sample."),
    ] = None,
    profile_file: ProfileFile = None,
    port: Annotated[int, typer.Option(help="Port of the UI on 127.0.0.1.")] = 3000,
    refresh: Annotated[
        bool, typer.Option(help="Also run batches that were made under another profile.")
    ] = False,
    ui: Annotated[bool, typer.Option(help="Serve the UI after the run.")] = True,
) -> None:
    """Plan a batch, materialize every corpus, print the funnel, serve the UI until Ctrl-C."""
    from synth_assets.up import bring_up

    home, profile = _setting(profile_file)
    bring_up(
        home, profile, data or bundled.SAMPLE, port=port if ui else None, refresh=refresh, say=_say
    )


@app.command()
def plan(data: Path, profile_file: ProfileFile = None) -> None:
    """Plan new files of a folder into batches, without running them."""
    from synth_assets.ingest.plan import plan_batches

    _, profile = _setting(profile_file)
    today = datetime.now(ZoneInfo(profile.schedule.timezone)).date()
    report = plan_batches(Store(profile.root), [data], profile, today)
    for manifest in report.batches:
        _say(f"batch {manifest.key}: {len(manifest.files)} files")
    _say(f"{len(report.batches)} new batches; {len(report.unknown)} files of unknown kind")


@app.command()
def funnel(batch: str, profile_file: ProfileFile = None) -> None:
    """Documents and tokens in, kept and dropped by reason, for every corpus of a batch."""
    from synth_assets.ingest.plan import load_manifest
    from synth_assets.line import build_line
    from synth_assets.report.funnel import funnel as rows_of
    from synth_assets.report.funnel import print_funnel

    _, profile = _setting(profile_file)
    load_manifest(Store(profile.root), batch)
    corpora = [stage.corpus for stage in build_line(profile)]
    print_funnel(rows_of(Store(profile.root), corpora, batch), batch)


@app.command()
def check(corpus: str, batch: str, profile_file: ProfileFile = None) -> None:
    """Run the SQL checks of one corpus and batch, without Dagster."""
    from synth_assets.line import build_line
    from synth_assets.quality.checks import load_checks, run_checks

    _, profile = _setting(profile_file)
    stages = {stage.corpus: stage for stage in build_line(profile)}
    if corpus not in stages:
        raise SynthAssetsError(f"no corpus {corpus}; the profile makes {', '.join(stages)}")
    checks = [item for item in load_checks() if item.concerns(corpus)]
    verdicts = run_checks(Store(profile.root), corpus, batch, stages[corpus].inputs, checks)
    for verdict in verdicts:
        _say(f"{'pass' if verdict.passed else 'FAIL'}  {verdict.check.name}: {verdict.failing}")
        if not verdict.passed:
            console.print(verdict.error or verdict.rows)
    if any(not verdict.passed and verdict.check.severity == "error" for verdict in verdicts):
        raise typer.Exit(1)


@batch_app.command("list")
def list_batches(profile_file: ProfileFile = None) -> None:
    """Every planned batch in the order of admission, and which corpora it has."""
    from synth_assets.dedup.admitted import is_abandoned
    from synth_assets.ingest.plan import all_manifests
    from synth_assets.line import build_line

    _, profile = _setting(profile_file)
    store = Store(profile.root)
    corpora = [stage.corpus for stage in build_line(profile)]
    for manifest in all_manifests(store):
        made = sum(store.has(corpus, manifest.key) for corpus in corpora)
        note = ", abandoned" if is_abandoned(store, manifest.key) else ""
        console.print(
            f"{manifest.key}: {len(manifest.files)} files, {made} of {len(corpora)} corpora{note}"
        )


@batch_app.command()
def abandon(key: str, profile_file: ProfileFile = None) -> None:
    """Give a batch up that cannot be finished: later batches no longer wait for its signatures."""
    from synth_assets.dedup.admitted import abandon as give_up

    _, profile = _setting(profile_file)
    give_up(Store(profile.root), key)
    _say(f"batch {key} is abandoned; deduplication of later batches goes on without it")


@app.command("profile")
def show_profile(profile_file: ProfileFile = None) -> None:
    """Print the profile in force: default, file and environment together."""
    import yaml

    _, profile = _setting(profile_file)
    typer.echo(yaml.safe_dump(profile.model_dump(mode="json"), sort_keys=False))


def _setting(profile_file: Path | None) -> tuple[Home, Profile]:
    home = Home.find()
    if profile_file is not None:
        os.environ["SYNTH_ASSETS_PROFILE"] = str(profile_file.absolute())
    return home, load_profile(home=home)


def _say(text: str) -> None:
    console.print(f"{time.strftime('%H:%M:%S')} {text}", soft_wrap=True, markup=False)


def main() -> None:
    """Entry point: a user's error is one sentence on standard error, and exit code 2."""
    try:
        app()
    except SynthAssetsError as error:
        Console(stderr=True, highlight=False, markup=False).print(
            f"synth-assets: {error}", soft_wrap=True
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
