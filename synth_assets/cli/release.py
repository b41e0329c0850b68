"""`synth-assets release`: a release that the profile declares, planned or built, without the UI."""

from typing import Annotated

import typer

from synth_assets.cli.common import ProfileFile, console, say, setting
from synth_assets.corpus.store import Store


def release(
    name: Annotated[str, typer.Argument(help="A release under `releases` in the profile.")],
    profile_file: ProfileFile = None,
    *,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only print what it would hold; nothing is written.")
    ] = False,
) -> None:
    """Build a release from all packed batches, or with --plan print what it would hold."""
    from synth_assets.defs.launch import open_instance
    from synth_assets.defs.results import latest_results
    from synth_assets.packing.release.build import build_release
    from synth_assets.packing.release.planning import plan_release
    from synth_assets.report.card.page import publish_card
    from synth_assets.report.money import print_wide
    from synth_assets.report.release import components_table, languages_table
    from synth_assets.up import prepare

    home, profile = setting(profile_file)
    store = Store(profile.root)
    planned = plan_release(store, profile, name)
    for kind, contents in planned.contents.items():
        composition = contents.composition
        print_wide(components_table(composition.components(), f"{kind} {name}".strip()))
        print_wide(languages_table(composition.languages()))
        console.print(
            f"{composition.tokens:,} tokens of {composition.documents:,} documents",
            highlight=False,
        )
    if plan:
        return
    built = build_release(store, profile, planned, log=say)
    say(f"release {name} {planned.version}: {built.path}")
    prepare(home)
    with open_instance(home) as instance:
        results = latest_results(instance, profile, store.batches("packed"))
    say(f"its card: {publish_card(store, profile, built.folder, results)}")
