"""Where records begin and end in a WARC file, by WARC 1.1 framing alone, damage included.

fastwarc stops for good at the first damaged record, and where a record claims more bytes than it
has, it swallows the next one. So the frames are found here, and fastwarc reads one at a time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from synth_assets.ingest.gzip_members import Member, members
from synth_assets.ingest.source import MAX_RECORD_BYTES, SourceFile

WARC = b"WARC/"
GZIP = b"\x1f\x8b"
MAX_HEADER_BYTES = 32 << 10
SCAN_BYTES = 1 << 20
PAGE_TYPES = frozenset({"response", "resource", "conversion"})
"""Records that hold a page; `conversion` is the plain text of Common Crawl's WET files."""

_LENGTH = re.compile(rb"^content-length:[ \t]*(\d+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_TYPE = re.compile(rb"^warc-type:[ \t]*([\w-]+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_START = re.compile(rb"WARC/\d\.\d{1,2}\r?\n[A-Za-z][\w-]{0,40}:")
_START_BYTES = 64


@dataclass(slots=True)
class Frame:
    """One record, or one damaged stretch.

    `offset` and `size` are bytes of the file as it lies on disk. In a gzip member that holds
    several records the first has the member's size, and the n-th the member's offset plus n.
    `data` is headers and block; headers alone where the record is `too_large` (bytes).
    """

    offset: int
    size: int
    data: bytes = b""
    record_type: str = ""
    damage: str | None = None
    too_large: int = 0

    @property
    def is_page(self) -> bool:
        """Whether it must end as a document or a dropped row: pages and every damage."""
        return self.damage is not None or self.record_type in PAGE_TYPES


def frames(stream: BinaryIO, source: SourceFile) -> Iterator[Frame]:
    """All records of a WARC file in order; their sizes add up to the file's.

    Raises InputError for a file that is no WARC.
    """
    start = stream.read(len(WARC))
    if start == WARC:
        yield from _records(stream, stream.seek(0, 2))
        return
    if not start.startswith(GZIP):
        found = f"it begins with {start!r}" if start else "it is empty"
        raise source.wrong(0, found, "a WARC file, gzip or not")
    found_warc = False
    for member in members(stream, WARC):
        for frame in _of_member(member):
            found_warc = found_warc or frame.data.startswith(WARC)
            yield frame
    if not found_warc:
        raise source.wrong(0, "it is gzip, but holds no WARC record", "a WARC file, gzip or not")


def _of_member(member: Member) -> Iterator[Frame]:
    if member.damage:
        head = member.content.read(MAX_HEADER_BYTES)
        yield Frame(member.offset, member.size, head, damage=member.damage)
    elif member.length == 0:
        yield Frame(member.offset, member.size)
    else:
        for place, frame in enumerate(_records(member.content, member.length)):
            frame.offset = member.offset + place
            frame.size = 0 if place else member.size
            yield frame


def _records(stream: IO[bytes], end: int) -> Iterator[Frame]:
    offset = 0
    while offset < end:
        frame = _record(stream, offset, end)
        if frame.damage:
            frame.size = _next_record(stream, offset + 1, end) - offset
        offset += frame.size
        yield frame


def _record(stream: IO[bytes], offset: int, end: int) -> Frame:
    head = _read(stream, offset, MAX_HEADER_BYTES)
    header = _HEADER_END.search(head)
    length = _LENGTH.search(head, 0, header.start() + 1) if header else None
    if not head.strip(b"\r\n\0"):
        return Frame(offset, len(head))
    if not head.startswith(WARC) or header is None or length is None:
        return Frame(offset, 0, head, damage="no WARC header")
    block, size = int(length[1]), header.end() + int(length[1])
    after = _read(stream, offset + size, 4)
    if offset + size > end:
        there = end - offset - header.end()
        return Frame(offset, 0, head, damage=f"its header says {block} bytes, {there} are there")
    blank = len(after) - len(after.lstrip(b"\r\n"))
    if after and not blank and not after.startswith(WARC[:4]):
        return Frame(offset, 0, head, damage=f"its block does not end after {block} bytes")
    record_type = _TYPE.search(head, 0, header.start() + 1)
    frame = Frame(offset, size + blank, record_type=record_type[1].decode() if record_type else "")
    frame.too_large = size if size > MAX_RECORD_BYTES else 0
    frame.data = head[: header.end()] if frame.too_large else _read(stream, offset, size)
    return frame


def _next_record(stream: IO[bytes], start: int, end: int) -> int:
    """Offset of the next version line with a header under it; `end` where there is none.

    It need not begin a line: the blank lines before it may be what is damaged.
    """
    while start < end:
        place = _START.search(_read(stream, start, SCAN_BYTES))
        if place:
            return start + place.start()
        start += SCAN_BYTES - _START_BYTES
    return end


def _read(stream: IO[bytes], offset: int, size: int) -> bytes:
    stream.seek(offset)
    return stream.read(size)
