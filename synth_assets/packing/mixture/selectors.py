"""A release's components as one SQL expression over a batch's documents."""

from collections.abc import Iterable

import duckdb

from synth_assets.errors import ReleaseError
from synth_assets.profile.release import Component, ReleaseProfile

MADE_KINDS = ("rewritten", "translated")
"""Kinds that count as synthetic; an edited document is a found one with a passage changed."""

SELECTORS = {
    "kinds": "kind",
    "recipes": "recipe",
    "languages": "lang",
    "sources": "source",
    "tiers": "tier",
}
"""The selectors of a component and the columns they look at."""


def component_case(release: ReleaseProfile) -> str:
    """The number of the first component that chooses a row; null where none does."""
    cases = (
        f"WHEN {condition(component)} THEN {number}"
        for number, component in enumerate(release.components.values())
    )
    return f"CASE {' '.join(cases)} END"


def condition(component: Component) -> str:
    """The component's selectors, all of which must hold."""
    parts = [
        f"{column} IN ({', '.join(_quoted(values))})"
        for selector, column in SELECTORS.items()
        if (values := getattr(component, selector)) is not None
    ]
    if component.where is not None:
        parts.append(f"({component.where}\n)")
    return " AND ".join(parts) or "true"


def refuse_bad_predicates(
    name: str, release: ReleaseProfile, connection: duckdb.DuckDBPyConnection
) -> None:
    """Raises ReleaseError for the first predicate that DuckDB cannot bind to the view
    `documents`, or that is no truth value."""
    for component, settings in release.components.items():
        if settings.where is None:
            continue
        where = f"release {name}: component {component}: where = {settings.where!r}"
        query = f"SELECT ({settings.where}\n) AS chosen FROM documents LIMIT 0"
        kind = _type_of(connection, query, where)
        if kind != "BOOLEAN":
            raise ReleaseError(f"{where} is {kind} and must be a truth value")


def refuse_unknown_column(name: str, column: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Raises ReleaseError where the column to sort by is not there or no number."""
    quoted = '"' + column.replace('"', '""') + '"'
    where = f"release {name}: order.column = {column}"
    query = f"SELECT {quoted}::DOUBLE AS score FROM documents LIMIT 0"
    _type_of(connection, query, where)


def _type_of(connection: duckdb.DuckDBPyConnection, query: str, where: str) -> str:
    """The SQL type of a query's only column."""
    try:
        described = connection.execute(f"DESCRIBE {query}").fetchall()
    except duckdb.Error as error:
        raise ReleaseError(f"{where} is not allowed: {_sentence(error, connection)}") from None
    return str(described[0][1])


def _sentence(error: duckdb.Error, connection: duckdb.DuckDBPyConnection) -> str:
    """DuckDB's first line, and for an unknown column the columns there are."""
    first = str(error).splitlines()[0]
    if not isinstance(error, duckdb.BinderException):
        return first
    names = [row[0] for row in connection.execute("DESCRIBE documents").fetchall()]
    return f"{first.rstrip('.!')}; columns are {', '.join(names)}"


def _quoted(values: Iterable[str]) -> list[str]:
    return ["'" + value.replace("'", "''") + "'" for value in values]
