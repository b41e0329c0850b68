"""The columns of several files together."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from polars.datatypes import DataTypeClass

from synth_assets.corpus.json_lines import has_lines, reading
from synth_assets.corpus.plain import Columns, is_parquet
from synth_assets.errors import InputError


def read_schema(path: Path, columns: Columns) -> pa.Schema:
    """Of one file; JSON Lines without a line have an id and a text.

    Raises InputError where it cannot be read.
    """
    with reading(path, lines=not is_parquet(path)):
        if is_parquet(path):
            return pq.read_schema(path)
        if has_lines(path):
            return _arrow(pl.scan_ndjson(path, infer_schema_length=None).collect_schema())
    return _arrow(pl.Schema({columns.id: pl.Null(), columns.text: pl.String()}))


def polars_schema(schema: pa.Schema) -> pl.Schema:
    """As polars reads it: types that differ in their layout alone are the same."""
    frame = pl.from_arrow(schema.empty_table())
    assert isinstance(frame, pl.DataFrame)
    return frame.schema


def union_of(schemas: Mapping[Path, pa.Schema]) -> pa.Schema:
    """All columns in the order in which they are met. A column of nulls takes the type that another
    file gives it.

    Raises InputError where two files give a column different types.
    """
    (first, union), *others = schemas.items()
    types: dict[str, pl.DataType] = dict(polars_schema(union))
    origin = dict.fromkeys(types, first)
    for path, schema in others:
        for name, kind in polars_schema(schema).items():
            agreed = _agreed(types.get(name, pl.Null()), kind)
            if agreed is None:
                raise InputError(
                    f"column {name!r} holds {types[name]} in {origin[name]} and {kind} in {path}; "
                    f"give files whose columns have the same types"
                )
            types[name] = agreed
            origin.setdefault(name, path)
    return _with_types(list(schemas.values()), types)


def as_rows_of(schema: pa.Schema, table: pa.Table) -> pa.Table:
    """The table with the columns of `schema`, null where it has none."""
    if table.schema.equals(schema):
        return table
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _agreed(one: pl.DataType, other: pl.DataType) -> pl.DataType | None:
    """The type of both, where one is a column of nulls, in its lists and structs too, or equal."""
    if one == other or isinstance(other, pl.Null):
        return one
    if isinstance(one, pl.Null):
        return other
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        inner = _agreed(_instance(one.inner), _instance(other.inner))
        return None if inner is None else pl.List(inner)
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct):
        return _agreed_struct(one, other)
    return None


def _agreed_struct(one: pl.Struct, other: pl.Struct) -> pl.Struct | None:
    if [field.name for field in one.fields] != [field.name for field in other.fields]:
        return None
    fields: dict[str, pl.DataType] = {}
    for left, right in zip(one.fields, other.fields, strict=True):
        agreed = _agreed(_instance(left.dtype), _instance(right.dtype))
        if agreed is None:
            return None
        fields[left.name] = agreed
    return pl.Struct(fields)


def _instance(kind: pl.DataType | DataTypeClass) -> pl.DataType:
    return kind if isinstance(kind, pl.DataType) else kind()


def _with_types(schemas: list[pa.Schema], types: Mapping[str, pl.DataType]) -> pa.Schema:
    """Each column as the first file has it that has it in this type; what is said of one file's
    columns and whole stays where it is the only one."""
    if len(schemas) == 1:
        return schemas[0]
    fields: dict[str, pa.Field] = {}
    for schema in schemas:
        for name, kind in polars_schema(schema).items():
            if kind == types[name]:
                fields.setdefault(name, schema.field(name).with_nullable(True))
    made = _arrow(pl.Schema(types))
    return pa.schema([fields.get(name, made.field(name)) for name in types])


def _arrow(schema: pl.Schema) -> pa.Schema:
    return schema.to_frame().to_arrow(compat_level=pl.CompatLevel.oldest()).schema
