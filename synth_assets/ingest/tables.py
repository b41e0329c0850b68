"""Documents out of JSONL and Parquet files, by the profile's column mapping."""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.corpus.document import Document, raw_id
from synth_assets.errors import InputError
from synth_assets.ingest.html import first_date
from synth_assets.ingest.source import MAX_RECORD_BYTES, Item, SourceFile
from synth_assets.profile.ingest import Columns

CHUNK_BYTES = 1 << 20
ROWS_AT_ONCE = 256


def read_jsonl(source: SourceFile, columns: Columns) -> Iterator[Item]:
    """One item per line; `source.offset` is the line's number from 0.

    Raises InputError for a file that is not lines of JSON objects, or whose gzip is damaged.
    """
    with source.open() as raw, _lines(raw, source) as stream:
        _check_start(stream.read(4096), source)
        stream.seek(0)
        number = 0
        while line := stream.readline(MAX_RECORD_BYTES + 1):
            size = len(line)
            while not line.endswith(b"\n") and (rest := stream.readline(CHUNK_BYTES)):
                size, line = size + len(rest), line[:CHUNK_BYTES] + rest[-1:]
            yield _line_item(source, number, line, size, columns)
            number += 1


def count_jsonl(source: SourceFile) -> int:
    """Lines of the file, counted by their ends."""
    count, last = 0, b"\n"
    with source.open() as raw, _lines(raw, source) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            count += chunk.count(b"\n")
            last = chunk[-1:]
    return count + (last != b"\n")


def read_parquet(source: SourceFile, columns: Columns) -> Iterator[Item]:
    """One item per row; `source.offset` is the row's number from 0.

    Raises InputError for a file that is not Parquet or has no text column of strings.
    """
    with source.open() as stream, _parquet(stream, source) as table:
        schema = table.schema_arrow
        _check_text_column(schema, source, columns)
        wanted = [name for name in _names(columns) if name in schema.names]
        number = 0
        try:
            for batch in table.iter_batches(ROWS_AT_ONCE, columns=wanted):
                for row in batch.to_pylist():
                    yield _row_item(source, number, row, columns)
                    number += 1
        except (pa.ArrowException, OSError) as error:
            raise _damaged_parquet(source, f"from row {number} on", error) from None


def count_parquet(source: SourceFile) -> int:
    """Rows of the file by its metadata."""
    with source.open() as stream, _parquet(stream, source) as table:
        return int(table.metadata.num_rows)


def _line_item(source: SourceFile, number: int, line: bytes, size: int, columns: Columns) -> Item:
    if size > MAX_RECORD_BYTES:
        item = _blank_item(source, number)
        return item.drop("too_large", f"{size} bytes", f"{MAX_RECORD_BYTES} bytes")
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return _bad_line(source, number, line, str(error))
    if not isinstance(row, dict):
        return _bad_line(source, number, line, "not a JSON object")
    return _row_item(source, number, row, columns)


def _bad_line(source: SourceFile, number: int, line: bytes, cause: str) -> Item:
    item = _blank_item(source, number)
    item.document.text = line.decode(errors="replace").rstrip("\r\n")
    return item.drop("bad_json_line", f"line {number + 1}: {cause}")


def _row_item(source: SourceFile, number: int, row: Mapping[str, Any], columns: Columns) -> Item:
    item = _blank_item(source, number)
    document = item.document
    document.url = _string(row, columns.url)
    document.title = _string(row, columns.title)
    document.license = _string(row, columns.license)
    item.lang_hint = _string(row, columns.lang)
    if columns.fetched_at:
        document.fetched_at = first_date([row.get(columns.fetched_at)])
    text = row.get(columns.text)
    if not isinstance(text, str) or not text.strip():
        found = "empty" if isinstance(text, str) else "null" if text is None else "not a string"
        return item.drop("missing_text", f"row {number}, column {columns.text}: {found}")
    document.text = text
    return item


def _blank_item(source: SourceFile, number: int) -> Item:
    doc_id = raw_id(source.digest, number)
    place = {"file": source.name, "offset": number}
    return Item(Document(doc_id=doc_id, root_ids=[doc_id], text="", source=place))


def _string(row: Mapping[str, Any], name: str | None) -> str | None:
    value = row.get(name) if name else None
    return None if value is None or value == "" else str(value)


def _names(columns: Columns) -> list[str]:
    return list(dict.fromkeys(name for name in columns.model_dump().values() if name))


@contextmanager
def _lines(raw: BinaryIO, source: SourceFile) -> Iterator[IO[bytes]]:
    if not source.name.lower().endswith(".gz"):
        yield raw
        return
    try:
        with gzip.GzipFile(fileobj=raw) as stream:
            yield cast("IO[bytes]", stream)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise source.wrong(
            raw.tell(), f"its gzip cannot be read ({error})", "whole gzip data; replace the file"
        ) from None


def _check_start(start: bytes, source: SourceFile) -> None:
    expected = "one JSON object a line, in UTF-8"
    if b"\0" in start or start.startswith((b"\x1f\x8b", b"PAR1", b"PK\x03\x04")):
        raise source.wrong(0, f"it is binary and begins with {start[:8]!r}", expected)
    first = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if first and not first.startswith(b"{"):
        raise source.wrong(0, f"it begins with {first[:16]!r}", expected)


@contextmanager
def _parquet(stream: BinaryIO, source: SourceFile) -> Iterator[pq.ParquetFile]:
    try:
        table = pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise _damaged_parquet(source, "byte 0", error) from None
    with table:
        yield table


def _damaged_parquet(source: SourceFile, place: str, error: Exception) -> InputError:
    text = " ".join(str(error).split())[:200]
    return source.wrong_at(place, f"it cannot be read ({text})", "a whole Parquet file")


def _check_text_column(schema: pa.Schema, source: SourceFile, columns: Columns) -> None:
    if columns.text not in schema.names:
        found = f"its columns are {', '.join(schema.names)}"
        raise source.wrong(0, found, f"a column {columns.text!r} (ingest.columns.text)")
    kind = schema.field(columns.text).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if kind not in (pa.string(), pa.large_string(), pa.string_view()):
        raise source.wrong(0, f"column {columns.text!r} holds {kind}", "a column of strings")
