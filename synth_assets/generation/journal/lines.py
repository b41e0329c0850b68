"""The lines of a live journal: JSON, each with a checksum of its own.

A line is `{"crc":"<8 hex digits>","key":...}`; the checksum is the CRC-32 of what follows it up to
the end of the line. Lines without one are read too. A line that is not what was written is told
from a good one, wherever in it a bit has turned.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import orjson

from synth_assets.generation.protocol import Result

READ_BYTES = 16 << 10
"""Read at once for one line; more where it is longer."""

_MARK = b'{"crc":"'
_BODY = len(_MARK) + 8 + len(b'",')


def encode(result: Result) -> bytes:
    body = orjson.dumps(result)[1:]
    return b'%b%08x",%b\n' % (_MARK, crc32(body), body)


def decode(line: bytes) -> Result | None:
    """The result of a line with its newline; None where the line is damaged."""
    try:
        value = orjson.loads(line)
        crc = value.pop("crc", None)
        if crc is not None and int(crc, 16) != crc32(line[_BODY:-1]):
            return None
        bytes.fromhex(value["key"])
        return Result(**value)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def whole_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of every line that has its newline; none where there is no file."""
    if not path.exists():
        return
    offset = 0
    with path.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                yield offset, line
            offset += len(line)


def line_at(handle: int, offset: int) -> Result | None:
    """The result of the line that begins there in an open file; None where it is damaged."""
    size = READ_BYTES
    while not (data := os.pread(handle, size, offset)).count(b"\n") and len(data) == size:
        size *= 4
    line, newline, _ = data.partition(b"\n")
    return decode(line + newline)


def read_lines(path: Path) -> Iterator[Result]:
    """The results in a live journal, in the order they were written; damaged lines and a torn
    tail are passed over."""
    for _, line in whole_lines(path):
        if (result := decode(line)) is not None:
            yield result


def repair(path: Path) -> None:
    """Cut a torn last line off: a write that a power loss interrupted."""
    if path.exists():
        whole = sum(len(line) for _, line in whole_lines(path))
        if whole < path.stat().st_size:
            os.truncate(path, whole)
