"""Documents out of JSON Lines files, gzip or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import orjson

from synth_assets.ingest.columns import row_item
from synth_assets.ingest.gzip_members import decompressed
from synth_assets.ingest.source import MAX_RECORD_BYTES, Item, SourceFile
from synth_assets.profile.ingest import Columns

CHUNK_BYTES = 1 << 20
HEAD_BYTES = 1 << 20
"""A line begins an object within so many bytes, or the file is none of JSON lines."""

_BINARY = (b"\x1f\x8b", b"PAR1", b"PK\x03\x04", b"ARROW1", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end, and its length in bytes; of one longer than `MAX_RECORD_BYTES` the
    beginning alone."""

    data: bytes
    size: int


def read_jsonl(source: SourceFile, columns: Columns) -> Iterator[Item]:
    """One item per line; `source.offset` is the line's number from 0.

    Raises WrongFileError for a file that is not lines of JSON objects, and where its gzip is
    damaged, after all lines before the damage.
    """
    number = 0
    try:
        for line in _lines(source):
            yield _line_item(source, number, line, columns)
            number += 1
    except _DamageError as damage:
        raise source.wrong(number, damage.found, damage.expected, unit="line") from None


def count_jsonl(source: SourceFile) -> Iterator[int]:
    """Line ends, piece by piece, and 1 for a last line without one. Raises WrongFileError where
    `read_jsonl` does."""
    last, count = b"\n", 0
    with source.open() as stream:
        damage: _DamageError | None = None
        try:
            for chunk in _checked(_chunks(stream, source), source):
                yield (ends := chunk.count(b"\n"))
                count += ends
                last = chunk[-1:] or last
        except _DamageError as error:
            damage = error
        if last != b"\n":
            yield 1
        if damage:
            number = count + (last != b"\n")
            raise source.wrong(number, damage.found, damage.expected, unit="line")


class _DamageError(Exception):
    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.found, self.expected = found, expected


def _lines(source: SourceFile) -> Iterator[Line]:
    with source.open() as stream:
        rest, size = bytearray(), 0
        damage: _DamageError | None = None
        try:
            for chunk in _checked(_chunks(stream, source), source):
                first, *more = chunk.split(b"\n")
                size += len(first)
                rest += first[: max(MAX_RECORD_BYTES + 1 - len(rest), 0)]
                if more:
                    yield Line(bytes(rest), size)
                    yield from (Line(line, len(line)) for line in more[:-1])
                    rest, size = bytearray(more[-1]), len(more[-1])
        except _DamageError as error:
            damage = error
        if size:
            yield Line(bytes(rest), size)
        if damage:
            raise damage


def _chunks(stream: BinaryIO, source: SourceFile) -> Iterator[bytes]:
    if not source.name.lower().endswith(".gz"):
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
        return
    try:
        yield from decompressed(stream)
    except ValueError as error:
        found = f"its gzip cannot be read around byte {stream.tell()} ({error})"
        raise _DamageError(found, "whole gzip data") from None


def _checked(chunks: Iterator[bytes], source: SourceFile) -> Iterator[bytes]:
    """The same pieces, the first ones looked at. Raises WrongFileError for what is no JSONL."""
    head: list[bytes] = []
    size = 0
    damage: _DamageError | None = None
    try:
        for chunk in chunks:
            head.append(chunk)
            size += len(chunk)
            if size >= HEAD_BYTES:
                break
    except _DamageError as error:
        damage = error
    _check_start(b"".join(head), source)
    yield from head
    if damage:
        raise damage
    yield from chunks


def _check_start(start: bytes, source: SourceFile) -> None:
    expected = "one JSON object a line, in UTF-8"
    if start.startswith(_BINARY):
        raise source.wrong(0, f"it is binary and begins with {start[:8]!r}", expected)
    lines = start.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if start.strip() and not any(line.lstrip().startswith(b"{") for line in lines):
        raise source.wrong(0, f"it begins with {start[:16]!r}", expected)


def _line_item(source: SourceFile, number: int, line: Line, columns: Columns) -> Item:
    if line.size > MAX_RECORD_BYTES:
        item = source.blank(number)
        return item.drop("too_large", f"{line.size} bytes", f"{MAX_RECORD_BYTES} bytes")
    data = line.data.removeprefix(b"\xef\xbb\xbf") if number == 0 else line.data
    try:
        row = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        cause = f"{error.msg} (column {error.colno})" if data.strip() else "it is blank"
        return _bad_line(source, number, data, cause)
    if not isinstance(row, dict):
        return _bad_line(source, number, data, "not a JSON object")
    return row_item(source, number, row, columns)


def _bad_line(source: SourceFile, number: int, line: bytes, cause: str) -> Item:
    item = source.blank(number)
    item.document.text = line.decode(errors="replace").rstrip("\r\n")
    return item.drop("bad_json_line", f"line {number + 1}: {cause}")
