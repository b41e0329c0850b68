"""Where records begin and end in WARC and ARC files, by their framing alone, damage included.

fastwarc stops for good at the first damaged record, and where a record claims more bytes than it
has, it swallows the next one. So the frames are found here, and fastwarc undoes the encodings of
one record's payload at a time.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, NamedTuple

from synth_assets.ingest.gzip_members import Member, members
from synth_assets.ingest.source import MAX_RECORD_BYTES, SourceFile

GZIP = b"\x1f\x8b"
MAX_HEADER_BYTES = 32 << 10
SCAN_BYTES = 1 << 20
START_BYTES = 8 << 10
"""No longer is what a dialect's `start` matches."""

NOTHING = memoryview(b"")
HTTP = "application/http"
PAGE_TYPES = frozenset({"response", "resource", "conversion", "revisit", "continuation"})
"""Records that hold a page or stand for one; `conversion` is the plain text of Common Crawl's WET
files."""


Fields = Mapping[str, str]
"""A record's header by WARC's names in lower case."""

At = Callable[[int, int], memoryview]
"""Up to so many bytes (the second number) from an offset on."""


@dataclass(slots=True)
class Frame:
    """One record, or one damaged stretch.

    `offset` and `size` are bytes of the file as it lies on disk. In a gzip member that holds
    several records the first has the member's size, and the n-th the member's offset plus n.
    `block` is what follows the header; empty where the record is `too_large` (bytes) or no page.
    """

    offset: int
    size: int
    fields: Fields = field(default_factory=dict)
    block: memoryview = NOTHING
    damage: str | None = None
    too_large: int = 0

    @property
    def record_type(self) -> str:
        return self.fields.get("warc-type", "").lower()

    @property
    def is_wat(self) -> bool:
        """Whether it is the metadata of a page, as Common Crawl's WAT files hold it."""
        media = self.fields.get("content-type", "")
        return self.record_type == "metadata" and media.startswith("application/json")

    @property
    def is_page(self) -> bool:
        """Whether it must end as a document or a dropped row: pages and every damage."""
        return self.damage is not None or self.record_type in PAGE_TYPES or self.is_wat


class Header(NamedTuple):
    """What a record's header says; its own length and the block's in bytes."""

    length: int
    block: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class Dialect:
    """A record format: how a record begins, and how its header is read from the first bytes of a
    record (None where they are no header)."""

    name: str
    start: re.Pattern[bytes]
    read_header: Callable[[memoryview], Header | None]


def frames(stream: BinaryIO, source: SourceFile, dialect: Dialect) -> Iterator[Frame]:
    """All records of a file in order; their sizes add up to the file's.

    Raises WrongFileError for a file that holds nothing.
    """
    start = stream.read(len(GZIP))
    if not start:
        raise source.wrong(0, "it is empty", f"a file of {dialect.name} records, gzip or not")
    if start != GZIP:
        yield from _records(partial(_read, stream), stream.seek(0, 2), dialect)
        return
    is_blank = True
    for member in members(stream, dialect.start):
        for frame in _of_member(member, dialect):
            is_blank = is_blank and not frame.fields and frame.damage is None
            yield frame
    if is_blank:
        raise source.wrong(
            0,
            f"it is gzip, but holds no {dialect.name} record",
            f"a file of {dialect.name} records, gzip or not",
        )


def _of_member(member: Member, dialect: Dialect) -> Iterator[Frame]:
    if member.damage:
        header = dialect.read_header(member.content.at(0, MAX_HEADER_BYTES))
        fields = header.fields if header else {}
        yield Frame(member.offset, member.size, fields, damage=member.damage)
    elif member.content.length == 0:
        yield Frame(member.offset, member.size)
    else:
        for place, frame in enumerate(_records(member.content.at, member.content.length, dialect)):
            frame.offset = member.offset + place
            frame.size = 0 if place else member.size
            yield frame


def _records(at: At, end: int, dialect: Dialect) -> Iterator[Frame]:
    offset = 0
    while offset < end:
        frame = _record(at, offset, end, dialect)
        if frame.damage:
            frame.size = _next_record(at, offset + 1, end, dialect) - offset
        offset += frame.size
        yield frame


def _record(at: At, offset: int, end: int, dialect: Dialect) -> Frame:
    head = at(offset, min(MAX_HEADER_BYTES, end - offset))
    header = dialect.read_header(head)
    if header is None:
        if not bytes(head).strip(b"\r\n\0"):
            return Frame(offset, len(head))
        return Frame(offset, 0, damage=f"no {dialect.name} header")
    size = header.length + header.block
    frame = Frame(offset, size, header.fields)
    if offset + size > end:
        there = end - offset - header.length
        frame.damage = f"its header says {header.block} bytes, {there} are there"
        return frame
    after = bytes(at(offset + size, 4))
    blank = len(after) - len(after.lstrip(b"\r\n"))
    frame.size += blank
    if after and not blank and not _begins(at, offset + size, dialect):
        frame.damage = f"its block does not end after {header.block} bytes"
    elif size > MAX_RECORD_BYTES:
        frame.too_large = size
    elif frame.is_page:
        frame.block = at(offset + header.length, header.block)
    return frame


def _begins(at: At, offset: int, dialect: Dialect) -> bool:
    return dialect.start.match(at(offset, START_BYTES)) is not None


def _next_record(at: At, start: int, end: int, dialect: Dialect) -> int:
    """Offset of what looks like the next record's start; `end` where there is none.

    It need not begin a line: the blank lines before it may be what is damaged.
    """
    while start < end:
        place = dialect.start.search(at(start - 1, SCAN_BYTES), 1)
        if place:
            return start - 1 + place.start()
        start += SCAN_BYTES - START_BYTES
    return end


def _read(stream: BinaryIO, offset: int, size: int) -> memoryview:
    stream.seek(offset)
    return memoryview(stream.read(size))
