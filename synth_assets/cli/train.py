"""`synth-assets train-translator`: a translation model from a bitext, without Dagster."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from synth_assets.cli.common import ProfileFile, say, setting
from synth_assets.errors import InputError


def train_translator(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Parquet, JSON Lines or TSV files with a header, and the model's folder last.",
            metavar="BITEXT... OUT",
        ),
    ],
    profile_file: ProfileFile = None,
    *,
    pair: Annotated[str, typer.Option(help="Source and target, such as eng_Latn-cat_Latn.")],
    source: Annotated[str | None, typer.Option(help="Column of source sentences.")] = None,
    target: Annotated[str | None, typer.Option(help="Column of their translations.")] = None,
    licenses: Annotated[
        list[str] | None,
        typer.Option("--license", help="Only pairs of this licence; may be repeated."),
    ] = None,
    license_column: Annotated[str | None, typer.Option(help="Column of licences.")] = None,
    base: Annotated[
        str | None, typer.Option(help="Marian checkpoint to go on from: a folder or hub name.")
    ] = None,
    start: Annotated[
        Literal["lsa", "random"] | None, typer.Option(help="Of a new model's embeddings.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Batches to learn from.")] = None,
) -> None:
    """Train a Marian model, or go on where an interrupted training was. Shape and recipe are those
    of `translation_models` in the profile, where it has this pair."""
    from synth_assets.modeling.translation import translator
    from synth_assets.modeling.translation.bitext import read_files
    from synth_assets.profile.modeling import TranslatorModel, pair_code, split_pair

    *inputs, out = paths
    if not inputs:
        raise InputError("name the files of the bitext, and after them the folder to write")
    if out.exists():
        raise InputError(f"{out} exists already; name a folder that does not")
    _, profile = setting(profile_file)
    try:
        languages, known_as = split_pair(pair), pair_code(pair)
    except ValueError as error:
        raise InputError(f"--pair: {error}") from None
    settings = profile.translation_models.get(known_as) or TranslatorModel()
    columns = _given(source=source, target=target, license=license_column)
    changes = _given(base=base, start=start, steps=steps, licenses=licenses)
    changes["columns"] = settings.columns.model_copy(update=columns)
    settings = settings.model_copy(update=changes)
    job = translator.Job(languages, settings, profile.seed, out.absolute(), say)
    trained = translator.train_translator(read_files(inputs, settings.columns), job)
    scores = trained.scores
    say(f"held-out pairs: BLEU {scores.bleu:.1f}, chrF {scores.chrf:.1f}: {out}")


def _given(**options: Any) -> dict[str, Any]:
    """Those that the command line has."""
    return {name: value for name, value in options.items() if value is not None}
