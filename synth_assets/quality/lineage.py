"""The columns of a model: types from DuckDB, descriptions from comments, sources from sqlglot."""

from typing import TYPE_CHECKING

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage

if TYPE_CHECKING:
    from synth_assets.quality.models import Column, Model


def columns_of(connection: duckdb.DuckDBPyConnection, model: "Model") -> "tuple[Column, ...]":
    """The columns of a model whose relations are open in the connection. A column that sqlglot
    cannot follow has no sources."""
    from synth_assets.quality.models import Column

    described = connection.execute(f"DESCRIBE {model.file.sql}").fetchall()
    schema = {name: _columns(connection, name) for name in model.reads}
    tree = sqlglot.parse_one(model.file.sql, dialect="duckdb")
    comments = _comments(tree)
    return tuple(
        Column(row[0], row[1], comments.get(row[0]), _sources(row[0], tree, schema))
        for row in described
    )


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    rows = connection.execute(f'DESCRIBE "{name}"').fetchall()
    return {row[0]: row[1] for row in rows}


def _comments(tree: exp.Expr) -> dict[str, str]:
    """Comments that stand behind the columns; of a UNION, those of its first SELECT."""
    return {
        item.alias_or_name: " ".join(text.strip() for text in found)
        for item in (tree.selects if isinstance(tree, exp.Query) else ())
        if (found := _behind(item))
    }


def _behind(item: exp.Expr) -> list[str]:
    return item.comments or [text for node in item.walk() for text in node.comments or []]


def _sources(
    column: str, tree: exp.Expr, schema: dict[str, dict[str, str]]
) -> tuple[tuple[str, str], ...]:
    try:
        root = lineage(column, tree.copy(), schema=schema, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, ValueError):
        return ()
    found = set()
    for node in root.walk():
        if isinstance(node.source, exp.Table) and not node.downstream:
            table, name = node.source.name, node.name.rsplit(".", 1)[-1].strip('"')
            if name in schema.get(table, {}):
                found.add((table, name))
    return tuple(sorted(found))
