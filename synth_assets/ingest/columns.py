"""Rows of named values to items, by the profile's column mapping."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from synth_assets.ingest.declared import first_date
from synth_assets.ingest.source import Item, SourceFile
from synth_assets.profile.ingest import Columns


def row_item(source: SourceFile, number: int, row: Mapping[str, Any], columns: Columns) -> Item:
    """The item of row `number`; dropped where its text is null, empty or no string.

    A name with a dot that is no column itself leads into objects: `meta.url`.
    """
    item = source.blank(number)
    document = item.document
    document.url = _string(row, columns.url)
    document.title = _string(row, columns.title)
    document.license = _string(row, columns.license)
    item.lang_hint = _string(row, columns.lang)
    if columns.fetched_at:
        document.fetched_at = first_date([_value(row, columns.fetched_at)])
    text = _value(row, columns.text)
    if not isinstance(text, str) or not text.strip():
        found = "empty" if isinstance(text, str) else "null" if text is None else "not a string"
        return item.drop("missing_text", f"row {number}, column {columns.text}: {found}")
    document.text = text
    return item


def wanted(schema: pa.Schema, columns: Columns) -> list[str]:
    """Columns of a table that the mapping reads: those named, and what a dotted name leads into."""
    names = dict.fromkeys(name for name in columns.model_dump().values() if name)
    known = set(schema.names)
    tops = [name if name in known else name.split(".", 1)[0] for name in names]
    return [name for name in dict.fromkeys(tops) if name in known]


def check_text_column(schema: pa.Schema, rows: int | None, source: SourceFile, to: Columns) -> None:
    """Raises WrongFileError where a table has no column of texts."""
    held = "" if rows is None else f" (of {rows} rows)"
    if to.text.split(".", 1)[0] not in schema.names and to.text not in schema.names:
        found = f"its columns{held} are {', '.join(schema.names)}"
        expected = f"a column {to.text!r} (ingest.columns.text)"
        raise source.wrong(0, found, expected, unit="row")
    if to.text not in schema.names:
        return
    kind = schema.field(to.text).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if kind not in (pa.string(), pa.large_string(), pa.string_view()):
        found = f"column {to.text!r}{held} holds {kind}"
        raise source.wrong(0, found, "a column of strings", unit="row")


def _value(row: Mapping[str, Any], name: str) -> Any:
    if name in row or "." not in name:
        return row.get(name)
    found: Any = row
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _string(row: Mapping[str, Any], name: str | None) -> str | None:
    value = _value(row, name) if name else None
    return None if value is None or value == "" else str(value)
