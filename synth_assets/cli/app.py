"""`synth-assets`: the command line."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from synth_assets import bundled
from synth_assets.cli import (
    batches,
    bench,
    dedup,
    explore,
    extract,
    generation,
    journal,
    pack,
    recipes,
    release,
    stale,
    takedown,
    train,
)
from synth_assets.cli import filter as filtering
from synth_assets.cli import sql as sql_command
from synth_assets.cli.common import ProfileFile, console, say, setting
from synth_assets.corpus.store import Store
from synth_assets.errors import SynthAssetsError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Synthetic pretraining corpora: filter, rewrite, translate, deduplicate, pack.",
)
app.add_typer(batches.app, name="batch")
app.add_typer(bench.app, name="bench")


@app.command()
def up(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder or file of your own pages; without it, the bundled sample."),
    ] = None,
    profile_file: ProfileFile = None,
    *,
    port: Annotated[
        int, typer.Option(min=1, max=65_535, help="Port of the UI on 127.0.0.1.")
    ] = 3000,
    refresh: Annotated[
        bool, typer.Option(help="Also run batches that were made under another profile.")
    ] = False,
    retry_failed: Annotated[
        bool,
        typer.Option(help="Also run batches with failed requests, and send those again."),
    ] = False,
    ui: Annotated[bool, typer.Option(help="Serve the UI after the run.")] = True,
) -> None:
    """Plan a batch, materialize every corpus, print the funnel, serve the UI until Ctrl-C."""
    from synth_assets.up import Again, bring_up

    home, profile = setting(profile_file)
    again = Again(stale=refresh, failed=retry_failed)
    bring_up(home, profile, data or bundled.SAMPLE, port=port if ui else None, again=again, say=say)


@app.command()
def plan(data: Path, profile_file: ProfileFile = None) -> None:
    """Plan new files of a folder into batches, without running them."""
    from synth_assets.ingest.plan import plan_batches

    _, profile = setting(profile_file)
    today = datetime.now(ZoneInfo(profile.schedule.timezone)).date()
    report = plan_batches(Store(profile.root), [data], profile, today)
    for manifest in report.batches:
        say(f"batch {manifest.key}: {len(manifest.files)} files")
    say(f"{len(report.batches)} new batches; {len(report.unknown)} files of unknown kind")


@app.command()
def funnel(batch: str, profile_file: ProfileFile = None) -> None:
    """Documents and tokens in, kept and dropped by reason, for every corpus of a batch."""
    from synth_assets.ingest.plan import load_manifest
    from synth_assets.line import build_line
    from synth_assets.report.funnel import funnel as rows_of
    from synth_assets.report.funnel import print_funnel

    _, profile = setting(profile_file)
    load_manifest(Store(profile.root), batch)
    corpora = [stage.corpus for stage in build_line(profile)]
    print_funnel(rows_of(Store(profile.root), corpora, batch), batch)


@app.command()
def check(corpus: str, batch: str, profile_file: ProfileFile = None) -> None:
    """Run the checks of one corpus and batch, without Dagster."""
    from synth_assets.line import build_line
    from synth_assets.quality.checks import checks_of, run_checks

    _, profile = setting(profile_file)
    stages = {stage.corpus: stage for stage in build_line(profile)}
    if corpus not in stages:
        raise SynthAssetsError(f"no corpus {corpus}; the profile makes {', '.join(stages)}")
    known = checks_of(profile, say)
    checks = [item for item in known if item.concerns(corpus)]
    inputs, memory_gb = stages[corpus].inputs, profile.sql.memory_gb
    verdicts = run_checks(Store(profile.root), corpus, batch, inputs, checks, memory_gb=memory_gb)
    for verdict in verdicts:
        mark = "pass" if verdict.passed else verdict.check.severity.upper()
        say(f"{mark}  {verdict.check.name}: {verdict.found.failing}")
        if not verdict.passed:
            console.print(verdict.error or verdict.found.rows)
    if any(not verdict.passed and verdict.check.severity == "error" for verdict in verdicts):
        raise typer.Exit(1)


@app.command("profile")
def show_profile(profile_file: ProfileFile = None) -> None:
    """Print the profile in force: default, file and environment together."""
    import yaml

    _, profile = setting(profile_file)
    typer.echo(yaml.safe_dump(profile.model_dump(mode="json"), sort_keys=False))


app.command("filter")(filtering.filter_documents)
app.command()(extract.extract)
app.command()(dedup.dedup)
app.command()(recipes.preview)
app.command()(recipes.rewrite)
app.command()(generation.estimate)
app.command()(generation.costs)
app.command()(generation.failed)
app.command()(pack.pack)
app.command()(release.release)
app.command()(sql_command.sql)
app.command()(stale.stale)
app.command()(train.train_translator)
app.command()(explore.explain)
app.add_typer(explore.app, name="explore")
app.add_typer(journal.app, name="journal")
app.add_typer(takedown.app, name="takedown")
app.add_typer(recipes.app, name="recipes")


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
