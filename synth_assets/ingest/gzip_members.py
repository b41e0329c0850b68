"""The members of a gzip file one by one, so that a damaged one costs only itself.

Where a member ends, its data alone tells the one who walks through it. libdeflate is twice as fast,
but must be told: so a member is taken to end where another one seems to begin, and is walked
through where that proves wrong.
"""

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO

from deflate import DeflateError, gzip_decompress

MAGIC = b"\x1f\x8b\x08"
GZIP = 31
"""Window bits of a gzip wrapper, checksum verified."""

CHUNK_BYTES = 16 << 10
WINDOW_BYTES = 1 << 20
SPOOL_BYTES = 16 << 20
HEAD_BYTES = 4096
HEADER_BYTES, SAME_BYTES, FOOTER_BYTES = 10, 4, 4
"""A member begins with its header, of which the first bytes are the same in all that one program
wrote, and ends with the length of its content (RFC 1952)."""


class Content:
    """What came out of a member: in memory, and on disk from `SPOOL_BYTES` on."""

    def __init__(self, data: bytearray | None = None) -> None:
        self._data = bytearray() if data is None else data
        self._file: IO[bytes] | None = None
        self.length = len(self._data)

    def add(self, part: bytes) -> None:
        self.length += len(part)
        if self._file is None and self.length > SPOOL_BYTES:
            self._file = TemporaryFile()  # noqa: SIM115 - `close` does
            self._file.write(self._data)
            self._data.clear()
        if self._file is None:
            self._data += part
        else:
            self._file.write(part)

    def at(self, offset: int, size: int) -> memoryview:
        """Up to `size` bytes from `offset` on; after the first call nothing can be added."""
        if self._file is None:
            return memoryview(self._data)[offset : offset + size]
        self._file.seek(offset)
        return memoryview(self._file.read(size))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


@dataclass(slots=True)
class Member:
    """One gzip member at byte `offset`, `size` bytes long in the file.

    `content` is what it holds, decompressed, until the next member is asked for. Where `damage` is
    set it is what came out before that, and not to be trusted; the damaged stretch reaches to the
    next readable member.
    """

    offset: int
    size: int
    content: Content
    damage: str | None = None


class Window:
    """Pieces of a file from a buffer of 1 MB, so that short members cost no read each. A piece
    lasts until the next one is asked for."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream: Any = stream  # the type leaves out `readinto`
        self._buffer = bytearray(WINDOW_BYTES)
        self._start = self._length = 0
        self._mark_bytes = HEADER_BYTES

    def at(self, offset: int, size: int = CHUNK_BYTES) -> memoryview:
        """Up to `size` bytes from `offset` on; empty at the file's end alone."""
        if not 0 <= offset - self._start < self._length:
            self._fill(offset)
        inside = offset - self._start
        return memoryview(self._buffer)[inside : min(inside + size, self._length)]

    def to_next(self, offset: int) -> memoryview:
        """From a member's start to where another one seems to begin, or the file's end; empty where
        neither is near."""
        inside = offset - self._start
        found = self._find_next(inside) if 0 <= inside < self._length else -1
        if found < 0:
            self._fill(offset)
            inside, found = 0, self._find_next(0)
        if found < 0 and self._length < WINDOW_BYTES:
            found = self._length
        return memoryview(self._buffer)[inside : max(found, inside)]

    def find(self, part: bytes, offset: int) -> int:
        """How far behind `offset`, which is in the buffer, the part stands."""
        inside = offset - self._start
        return self._buffer.find(part, inside, self._length) - inside

    def _find_next(self, inside: int) -> int:
        """Where what this member begins with stands again: all of its header, which in most files
        is the same everywhere, or, where the time is in it, the first four bytes."""
        mark = self._buffer[inside : inside + self._mark_bytes]
        found = self._buffer.find(mark, inside + 1, self._length)
        if found < 0 and self._mark_bytes == HEADER_BYTES:
            found = self._buffer.find(mark[:SAME_BYTES], inside + 1, self._length)
            self._mark_bytes = HEADER_BYTES if found < 0 else SAME_BYTES
        return found

    def _fill(self, offset: int) -> None:
        self._stream.seek(offset)
        self._start, self._length = offset, self._stream.readinto(self._buffer)


def members(stream: BinaryIO, starts_with: re.Pattern[bytes]) -> Iterator[Member]:
    """Every byte of the file is in exactly one member, damaged stretches included.

    After damage, reading goes on at the next member whose content `starts_with` matches.
    """
    offset, end = 0, stream.seek(0, io.SEEK_END)
    window = Window(stream)
    while offset < end:
        member = _whole(window, offset) or _read(window, offset)
        with closing(member.content):
            if member.damage:
                after = _next_member(window, offset + 1, starts_with)
                member.size = (end if after is None else after) - offset
            yield member
        offset += member.size


def decompressed(stream: BinaryIO) -> Iterator[bytes]:
    """The content of a gzip file of one or more members, in pieces.

    Raises ValueError at the first damage, with its cause; all that was readable came before.
    """
    window, offset = Window(stream), 0
    decompressor = None
    while chunk := window.at(offset):
        if decompressor is None:
            decompressor = zlib.decompressobj(GZIP)
        try:
            yield decompressor.decompress(chunk)
        except zlib.error as error:
            raise ValueError(_cause(error)) from None
        offset += len(chunk) - len(decompressor.unused_data)
        decompressor = None if decompressor.eof else decompressor
    if decompressor is not None:
        raise ValueError("it ends before its gzip data does")


def _whole(window: Window, offset: int) -> Member | None:
    """A member that ends where another one seems to begin; None where that is not so.

    libdeflate looks at nothing behind the member's end. If there were anything, and the length of
    this content stood at its end too, that would stand twice.
    """
    packed = window.to_next(offset)
    footer = bytes(packed[-FOOTER_BYTES:])
    length = int.from_bytes(footer, "little")
    if not 0 < length <= SPOOL_BYTES or window.find(footer, offset) != len(packed) - FOOTER_BYTES:
        return None
    try:
        content = gzip_decompress(packed, length)
    except DeflateError:
        return None
    return Member(offset, len(packed), Content(content)) if len(content) == length else None


def _read(window: Window, offset: int) -> Member:
    decompressor = zlib.decompressobj(GZIP)
    content = Content()
    at = offset
    try:
        while not decompressor.eof and (chunk := window.at(at)):
            content.add(decompressor.decompress(chunk))
            at += len(chunk)
    except zlib.error as error:
        if not content.length:
            content.add(_head(window, offset))
        return Member(offset, 0, content, f"gzip: {_cause(error)}")
    size = at - offset - len(decompressor.unused_data)
    damage = None if decompressor.eof else "gzip: the file ends inside a record"
    return Member(offset, size, content, damage)


def _head(window: Window, offset: int) -> bytes:
    """What can be decompressed before the damage, up to 4 kB: enough for a record's headers."""
    decompressor = zlib.decompressobj(GZIP)
    found = b""
    try:
        while len(found) < HEAD_BYTES and (chunk := window.at(offset, 32)):
            found += decompressor.decompress(chunk)
            offset += len(chunk)
            if decompressor.eof:
                break
    except zlib.error:
        pass
    return found[:HEAD_BYTES]


def _next_member(window: Window, start: int, starts_with: re.Pattern[bytes]) -> int | None:
    """Offset of the next member whose content begins so; None where there is none."""
    while piece := bytes(window.at(start)):
        place = piece.find(MAGIC)
        while place >= 0:
            if starts_with.match(_head(window, start + place)):
                return start + place
            place = piece.find(MAGIC, place + 1)
        start += max(len(piece) - len(MAGIC) + 1, 1)
    return None


def _cause(error: zlib.error) -> str:
    """zlib's message without its number: `Error -3 while decompressing data: invalid code`."""
    return str(error).rpartition(": ")[2] or "damaged"
