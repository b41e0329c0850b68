"""`synth-assets sql`: one query over every corpus and model."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import duckdb
import typer

from synth_assets.cli.common import ProfileFile, console, setting
from synth_assets.corpus.store import Store
from synth_assets.errors import SynthAssetsError

if TYPE_CHECKING:
    import polars as pl

SHOWN_ROWS = 40


class Form(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def sql(
    query: Annotated[
        str | None, typer.Argument(help="One statement; without it, the tables there are.")
    ] = None,
    profile_file: ProfileFile = None,
    *,
    form: Annotated[Form, typer.Option(help="json: one object a line.")] = Form.table,
    out: Annotated[Path | None, typer.Option(help="Parquet file for the rows.")] = None,
) -> None:
    """Query all batches of every corpus and every model with DuckDB, in memory; rewritten/faq is
    rewritten__faq. Other tables: documents, dropped, counts, figures, clusters, outcomes,
    requests, accounts, gates."""
    from synth_assets.line import build_line
    from synth_assets.quality.reads import named_in
    from synth_assets.quality.views import connect
    from synth_assets.quality.warehouse import materialized_models, open_relations, relations

    _, profile = setting(profile_file)
    store = Store(profile.root)
    known = relations(store, profile, build_line(profile))
    every = [*known, *materialized_models(store)]
    with connect(store, memory_gb=profile.sql.memory_gb) as connection:
        if query is None:
            console.print("\n".join(every), markup=False)
            return
        open_relations(connection, store, known, named_in(query, every))
        try:
            rows = connection.sql(query)
            if rows is None:
                return
            if out is not None:
                rows.write_parquet(str(out))
            else:
                _print(rows.pl(), form)
        except duckdb.Error as error:
            raise SynthAssetsError(f"the query cannot run: {error}") from None


def _print(frame: "pl.DataFrame", form: Form) -> None:
    import polars as pl

    if form is Form.json:
        typer.echo(frame.write_ndjson(), nl=False)
    elif form is Form.csv:
        typer.echo(frame.write_csv(), nl=False)
    else:
        with pl.Config(tbl_rows=SHOWN_ROWS, tbl_cols=-1, fmt_str_lengths=60, tbl_width_chars=160):
            console.print(frame, markup=False)
