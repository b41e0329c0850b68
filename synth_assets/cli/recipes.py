"""`synth-assets recipes`, `preview`, `rewrite`: the catalogue, and one recipe at a time."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synth_assets.cli.common import ProfileFile, console, say, setting
from synth_assets.errors import InputError

if TYPE_CHECKING:
    from synth_assets.profile import Profile

app = typer.Typer(help="The rewriting recipes there are.", invoke_without_command=True)

ENGINE_EXAMPLE = "{kind: openai, url: 'http://127.0.0.1:8000/v1', model: qwen}"

RecipeName = Annotated[str, typer.Option("--recipe", help="Name of the recipe.")]
EngineYaml = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help=f"Instead of the profile's: rules, or YAML such as {ENGINE_EXAMPLE}.",
    ),
]


@app.callback()
def recipes(context: typer.Context, profile_file: ProfileFile = None) -> None:
    """List the recipes: paper, calls per document, relation to the parent, engines that serve."""
    if context.invoked_subcommand is not None:
        return
    from synth_assets.report.recipes import print_recipes
    from synth_assets.rewriting.catalogue import recipes as all_recipes

    _, profile = setting(profile_file)
    print_recipes(all_recipes(profile.rewriting.folder), profile)


@app.command()
def new(
    name: str,
    folder: Annotated[
        Path | None, typer.Option(help="The profile's rewriting.folder, or else ./recipes.")
    ] = None,
    profile_file: ProfileFile = None,
) -> None:
    """Write a working recipe, its prompt and its test, to begin from."""
    from synth_assets.rewriting.skeleton import write_skeleton

    _, profile = setting(profile_file)
    place = folder or Path(profile.rewriting.folder or "recipes")
    for path in write_skeleton(place, name):
        console.print(f"wrote {path}", soft_wrap=True, markup=False)
    console.print(
        f"To turn it on, in the profile: rewriting: {{folder: {place.absolute()}, recipes: "
        f"{{{name}: {{engine: ...}}}}}}",
        soft_wrap=True,
        markup=False,
    )


def preview(
    recipe: RecipeName,
    batch: Annotated[str, typer.Option("--batch", help="Key of a batch.")],
    n: Annotated[int, typer.Option("--n", min=1, help="How many documents.")] = 5,
    engine: EngineYaml = None,
    profile_file: ProfileFile = None,
) -> None:
    """A recipe on a handful of a batch's documents: source and result, what every gate says,
    tokens, and what the whole batch would cost."""
    from synth_assets.corpus.stage import StageRun
    from synth_assets.corpus.store import Store
    from synth_assets.report.preview import print_preview
    from synth_assets.rewriting.preview import preview as run_preview
    from synth_assets.rewriting.stage import code_version

    profile = _with_recipe(setting(profile_file)[1], recipe, engine)
    store = Store(profile.root)
    run = StageRun(store, profile, batch, code_version(profile, recipe), log=say)
    print_preview(run_preview(run, recipe, n), recipe)


def rewrite(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Parquet or JSON Lines files, and OUT last.", metavar="IN... OUT"),
    ],
    recipe: RecipeName,
    engine: EngineYaml = None,
    profile_file: ProfileFile = None,
    *,
    dropped: Annotated[
        Path | None,
        typer.Option(
            help="File for documents without a result, each with its reason; OUT.dropped.* if "
            "left out."
        ),
    ] = None,
    id_column: Annotated[str, typer.Option(help="Column of document ids.")] = "doc_id",
    text_column: Annotated[str, typer.Option(help="Column of texts.")] = "text",
) -> None:
    """Run one recipe on plain files. The journal stays in OUT.work: what is in it is not
    generated, nor paid for, again."""
    from synth_assets.corpus.plain import Columns
    from synth_assets.rewriting.plain import rewrite_files

    *inputs, out = paths
    if not inputs:
        raise InputError("name the files to read, and after them the one to write")
    outcome = rewrite_files(
        inputs,
        out,
        _with_recipe(setting(profile_file)[1], recipe, engine),
        recipe,
        dropped=dropped or out.with_suffix(f".dropped{out.suffix}"),
        columns=Columns(id_column, text_column),
        log=say,
    )
    counts = outcome.footer.counts
    for reason, tally in counts.dropped.items():
        say(f"{reason}: {tally.documents:,} documents")
    for reason, count in outcome.not_selected.items():
        say(f"not selected ({reason}): {count:,} documents")
    say(f"{counts.kept.documents:,} texts of {counts.read.documents:,} documents: {out}")


def _with_recipe(profile: "Profile", recipe: str, engine: str | None) -> "Profile":
    """The profile with this recipe turned on, by the engine named here or there."""
    import yaml
    from pydantic import ValidationError

    from synth_assets.errors import ProfileError
    from synth_assets.profile.rewriting import RecipeProfile
    from synth_assets.profile.sentence import explain

    own = profile.rewriting.recipes.get(recipe)
    if engine is None and own is None:
        raise ProfileError(
            f"recipe {recipe} is not turned on in profile {profile.name}: name an engine for it "
            f"with --engine, or in the profile under rewriting.recipes.{recipe}.engine"
        )
    if engine is None:
        return profile
    try:
        given = yaml.safe_load(engine)
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise ProfileError(f"--engine is neither rules nor YAML: {problem}") from None
    settings = own.model_dump() if own else {}
    try:
        chosen = RecipeProfile.model_validate(
            settings | {"engine": {"kind": given} if isinstance(given, str) else given}
        )
    except ValidationError as error:
        raise ProfileError(explain(error, "--engine", RecipeProfile)) from None
    rewriting = profile.rewriting.model_copy(
        update={"recipes": {**profile.rewriting.recipes, recipe: chosen}}
    )
    return profile.model_copy(update={"rewriting": rewriting})
