"""The tables that a statement reads, as DuckDB's own parser has it; sqlglot knows the rest."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from synth_assets.quality.sql_files import SqlFileError, parser


def tables_of(sql: str) -> set[str]:
    """Names of the tables that a SELECT reads; its own common table expressions are none.
    Raises SqlFileError for what cannot be parsed."""
    ((text,),) = parser().execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    tree = orjson.loads(text)
    # DuckDB rewrites a PIVOT into several statements, which it does not give as a tree
    return _by_sqlglot(sql) if tree["error"] else set(_tables(tree["statements"], frozenset()))


def named_in(query: str, known: Sequence[str]) -> list[str]:
    """The known tables that a query names; all where none is, or nobody can tell."""
    try:
        named = tables_of(query)
    except SqlFileError:
        return list(known)
    return [name for name in known if name in named] or list(known)


def _tables(node: Any, own: frozenset[str]) -> Iterator[str]:
    """Of a part of the tree; `own` are the table expressions in sight."""
    if isinstance(node, list):
        for item in node:
            yield from _tables(item, own)
    elif isinstance(node, dict):
        if node.get("type") == "RECURSIVE_CTE_NODE":
            own |= {node["cte_name"]}
        elif node.get("type") == "BASE_TABLE" and node["table_name"] not in own:
            yield node["table_name"]
        for item in node.get("cte_map", {}).get("map", []):
            yield from _tables(item["value"], own)
            own |= {item["key"]}
        for name, value in node.items():
            if name != "cte_map":
                yield from _tables(value, own)


def _by_sqlglot(sql: str) -> set[str]:
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise SqlFileError(" ".join(str(error).split())) from None
    own = {expression.alias for expression in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - own
