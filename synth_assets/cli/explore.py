"""`synth-assets explain` and `explore`: a document's family, in the terminal and as a web page."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from synth_assets.cli.common import ProfileFile, console, say, setting
from synth_assets.cli.generation import Json, print_json
from synth_assets.corpus.store import Store

if TYPE_CHECKING:
    from synth_assets.explore.ask import Explorer
    from synth_assets.profile import Profile

app = typer.Typer(help="Read a corpus with your own eyes: a web page on 127.0.0.1.")

PORT = 3100
PIPED_WIDTH = 2_000


def explain(
    document: Annotated[
        str | None, typer.Argument(metavar="DOC_ID|URL", help="A document, or a web page.")
    ] = None,
    sequence: Annotated[
        str | None,
        typer.Option(help="Instead: packed:BATCH:ROW, or RELEASE:SHARD:ROW; rows count from 0."),
    ] = None,
    as_json: Json = False,
    prompts: Annotated[
        bool, typer.Option("--prompts", help="Also what the model was asked and what it wrote.")
    ] = False,
    profile_file: ProfileFile = None,
) -> None:
    """Where a document comes from, what was made of it, what became of each, and which packed
    sequences and releases hold it. Quick where `explore index` has been run."""
    from synth_assets.errors import InputError
    from synth_assets.explore.ask import Explorer

    home, profile = setting(profile_file)
    document = document.strip() if document else None
    if bool(document) == (sequence is not None):
        raise InputError("give a document id or a URL, or else --sequence")
    explorer = Explorer.of(Store(profile.root), home)
    if sequence is not None:
        _explain_sequence(explorer, sequence, as_json=as_json)
    elif document is not None:
        told = profile if prompts else None
        _explain_document(explorer, document, told, as_json=as_json)


def _explain_document(
    explorer: "Explorer", document: str, profile: "Profile | None", *, as_json: bool
) -> None:
    """With the prompts of the documents asked for where a profile is given to ask them again."""
    from synth_assets.explore.prompts import prompts_of
    from synth_assets.explore.terminal import family_tree, prompt_lines

    family = explorer.family(explorer.resolve(document))
    told = {
        one: prompts_of(explorer.shelf, profile, family, family.members[one])
        for one in (family.asked if profile else ())
        if profile
    }
    if as_json:
        print_json(family.to_json() | ({"prompts": told} if profile else {}))
    else:
        wide = Console(highlight=False)
        if not wide.is_terminal:
            wide.width = PIPED_WIDTH  # a line of the tree is a line of the output
        wide.print(family_tree(family))
        for line in prompt_lines(told):
            console.print(line, soft_wrap=True)


def _explain_sequence(explorer: "Explorer", name: str, *, as_json: bool) -> None:
    from synth_assets.explore.terminal import sequence_json, sequence_lines

    found, family = explorer.sequence(name)
    if as_json:
        print_json(sequence_json(found, family))
        return
    for line in sequence_lines(found, family):
        console.print(line, soft_wrap=True)


@app.callback(invoke_without_command=True)
def explore(
    context: typer.Context,
    profile_file: ProfileFile = None,
    *,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port on 127.0.0.1.")] = PORT,
) -> None:
    """Serve a web page to search documents, read them beside what was made of them, and browse
    what was dropped; until Ctrl-C. The index is made or brought up to date first."""
    if context.invoked_subcommand is not None:
        return
    from synth_assets.explore.web.serve import serve

    home, profile = setting(profile_file)
    serve(Store(profile.root), home, profile, port=port, say=say)


@app.command()
def index(profile_file: ProfileFile = None) -> None:
    """Make the index, of new and changed batches alone; it may be removed at any time."""
    from synth_assets.explore.index.refresh import IndexFolder, refresh
    from synth_assets.explore.tables import Shelf

    home, profile = setting(profile_file)
    store = Store(profile.root)
    place = IndexFolder.of(store, home)
    done = refresh(Shelf(store), place, say)
    say(
        f"{len(done.made):,} made, {done.stayed:,} up to date, {done.removed:,} removed; the index "
        f"lies in {place.files.path(place.folder)}"
    )
