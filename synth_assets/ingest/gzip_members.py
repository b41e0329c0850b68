"""The members of a gzip file one by one, so that a damaged one costs only itself."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO

MAGIC = b"\x1f\x8b\x08"
GZIP = zlib.MAX_WBITS | 16
CHUNK_BYTES = 64 << 10
SPOOL_BYTES = 16 << 20
HEAD_BYTES = 4096


@dataclass(slots=True)
class Member:
    """One gzip member at byte `offset`, `size` bytes long in the file.

    `content` holds its `length` decompressed bytes (on disk where they are many) until the next
    member is asked for. Where `damage` is set the content is what came out before it, and not to
    be trusted; the damaged stretch reaches to the next readable member.
    """

    offset: int
    size: int
    length: int
    content: IO[bytes]
    damage: str | None = None


def members(stream: BinaryIO, starts_with: bytes) -> Iterator[Member]:
    """Every byte of the file is in exactly one member, damaged stretches included.

    After damage, reading goes on at the next member whose content begins with `starts_with`.
    """
    offset, end = 0, stream.seek(0, 2)
    while offset < end:
        with SpooledTemporaryFile(max_size=SPOOL_BYTES) as content:
            member = _read(stream, offset, content)
            if member.damage:
                after = _next_member(stream, offset + 1, starts_with)
                member.size = (end if after is None else after) - offset
            content.seek(0)
            yield member
            offset += member.size


def _read(stream: BinaryIO, offset: int, content: IO[bytes]) -> Member:
    decompressor = zlib.decompressobj(GZIP)
    stream.seek(offset)
    length = read = 0
    try:
        while not decompressor.eof and (chunk := stream.read(CHUNK_BYTES)):
            read += len(chunk)
            length += content.write(decompressor.decompress(chunk))
    except zlib.error as error:
        if not length:
            length = content.write(_head(stream, offset))
        return Member(offset, 0, length, content, f"gzip: {_cause(error)}")
    size = read - len(decompressor.unused_data)
    damage = None if decompressor.eof else "gzip: the file ends inside a record"
    return Member(offset, size, length, content, damage)


def _head(stream: BinaryIO, offset: int) -> bytes:
    """What can be decompressed before the damage, up to 4 kB: enough for a record's headers."""
    decompressor = zlib.decompressobj(GZIP)
    stream.seek(offset)
    found = b""
    try:
        while len(found) < HEAD_BYTES and (chunk := stream.read(32)):
            found += decompressor.decompress(chunk)
    except zlib.error:
        pass
    return found[:HEAD_BYTES]


def _next_member(stream: BinaryIO, start: int, starts_with: bytes) -> int | None:
    """Offset of the next member that decompresses to `starts_with`; None where there is none."""
    overlap = len(MAGIC) - 1
    stream.seek(start)
    base, window = start, stream.read(CHUNK_BYTES)
    while window:
        place = window.find(MAGIC)
        while place >= 0:
            if _head(stream, base + place).startswith(starts_with):
                return base + place
            place = window.find(MAGIC, place + 1)
        base += max(len(window) - overlap, 1)
        stream.seek(base)
        window = stream.read(CHUNK_BYTES)
        if len(window) <= overlap:
            return None
    return None


def _cause(error: zlib.error) -> str:
    text = str(error)
    return text.rsplit(": ", 1)[-1]
