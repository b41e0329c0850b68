"""What a record of a web archive carries: a page's bytes, or the reason why it has none."""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from synth_assets.ingest.charset import Bytes
from synth_assets.ingest.declared import first_date
from synth_assets.ingest.frames import HTTP, Dialect, Fields, Frame, frames
from synth_assets.ingest.source import MAX_RECORD_BYTES, Item, SourceFile

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
PLAIN = "text/plain"
GZIP = b"\x1f\x8b"
_WARC_HEADER = (
    b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
    b"Content-Length: %d\r\n\r\n"
)


_HTTP_END = re.compile(rb"\n\r?\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)")

Decode = Literal["all", "content", "transfer", "none"]
_DECODE: tuple[Decode, ...] = ("all", "content", "transfer", "none")


@dataclass(slots=True)
class Payload:
    """A page of `body` bytes, its transfer and content encoding undone; or an item that is dropped
    already. `charset` is the one that stands outside the page; `is_plain` marks WET text."""

    item: Item
    body: Bytes = b""
    charset: str | None = None
    is_plain: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process, to which no stretch of memory can be sent."""
        return Payload, (self.item, bytes(self.body), self.charset, self.is_plain)


def read_payloads(source: SourceFile, dialect: Dialect) -> Iterator[Payload]:
    """One payload per page record and per damaged stretch, in file order.

    Raises WrongFileError for a file that holds nothing.
    """
    with source.open() as stream:
        for frame in frames(stream, source, dialect):
            if frame.is_page:
                yield _payload(frame, source)


def _payload(frame: Frame, source: SourceFile) -> Payload:
    item = source.blank(frame.offset)
    payload = Payload(item)
    item.document.url = frame.fields.get("warc-target-uri", "").strip("<>") or None
    item.document.fetched_at = first_date([frame.fields.get("warc-date")])
    if frame.damage is not None:
        item.drop("damaged_record", f"byte {frame.offset}: {frame.damage}")
    elif frame.too_large:
        item.drop("too_large", f"{frame.too_large} bytes", f"{MAX_RECORD_BYTES} bytes")
    else:
        _fill(payload, frame)
    return payload


def _fill(payload: Payload, frame: Frame) -> None:
    item = payload.item
    item.content_type = _media_type(frame.fields.get("content-type"))
    if frame.is_wat:
        item.drop("metadata_only", "WAT: what is known of a page, without its text")
    elif frame.record_type == "revisit":
        item.drop("revisit", f"the same as {_refers_to(frame.fields)}")
    elif frame.record_type == "continuation":
        number = frame.fields.get("warc-segment-number")
        item.drop("segmented", f"segment {number} of a record", "records in one piece")
    elif item.content_type == HTTP:
        _fill_http(payload, frame)
    elif frame.record_type == "response":
        item.drop("not_html", item.content_type or "no content type")
    else:
        payload.is_plain = frame.record_type == "conversion" and item.content_type == PLAIN
        _set_body(payload, frame.block)


def _fill_http(payload: Payload, frame: Frame) -> None:
    item = payload.item
    end = _HTTP_END.search(frame.block)
    head = bytes(frame.block[: end.end() if end else len(frame.block)])
    status = _STATUS.match(head)
    if status is None:
        item.drop("damaged_record", f"byte {frame.offset}: no HTTP header")
        return
    lowered = head.lower()
    media = _field(lowered, b"content-type")
    item.content_type = _media_type(media)
    if not status[1].startswith(b"2"):
        item.drop("http_status", status[1].decode(), "200 to 299")
        return
    charset = _CHARSET.search(media or "")
    payload.charset = charset[1] if charset else None
    is_encoded = b"\ncontent-encoding:" in lowered or b"\ntransfer-encoding:" in lowered
    try:
        body = _decoded(frame.block, head) if is_encoded else frame.block[len(head) :]
    except (OSError, zlib.error) as error:
        cause = " ".join(str(error).split())[:80]
        item.drop("damaged_payload", f"byte {frame.offset}: {cause}")
    else:
        _set_body(payload, body)


def _field(lowered: bytes, name: bytes) -> str | None:
    """The value of the first header field of that name, in a header in lower case."""
    start = lowered.find(b"\n" + name + b":") + len(name) + 2
    if start < len(name) + 2:
        return None
    return lowered[start : lowered.find(b"\n", start)].decode(errors="replace").strip()


def _decoded(block: memoryview, head: bytes) -> Bytes:
    """The page's bytes, from behind the block's `head` on, with both encodings undone.

    Crawlers often store a decoded payload under the headers it came with; what cannot be undone
    and looks like text is taken as it stands. Raises OSError or zlib.error for what is neither.
    """
    for auto_decode in _DECODE:
        try:
            record = _http_record(bytes(block), auto_decode, is_lenient=b"\r\n" not in head)
            body: bytes = record.reader.read(MAX_RECORD_BYTES + 1)
        except OSError:
            continue
        if body or len(head) == len(block):
            break  # else fastwarc read nothing out of bare deflate, and is content
    if auto_decode in {"all", "content"}:
        return body
    return _undone(body, (record.http_headers.get("Content-Encoding") or "").strip().lower())


def _http_record(block: bytes, auto_decode: Decode, *, is_lenient: bool) -> Any:
    """The block as fastwarc's record; `is_lenient` with headers whose lines end with LF alone, as
    old crawlers wrote them. Raises OSError where the payload cannot be decoded."""
    from fastwarc.warc import WarcRecord

    record = WarcRecord.from_bytes(_WARC_HEADER % len(block) + block)
    record.parse_http(auto_decode=auto_decode, quirks_mode=is_lenient)
    return record


def _undone(body: bytes, coding: str) -> bytes:
    """What fastwarc does not: `x-gzip`, and `deflate` without zlib's header (RFC 9110, 8.4)."""
    if coding in {"gzip", "x-gzip"} and body.startswith(GZIP):
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MAX_RECORD_BYTES + 1)
    if coding == "deflate":
        with suppress(zlib.error):  # HTML is none
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, MAX_RECORD_BYTES + 1)
    if b"\0" in body[:1024] or body.startswith(GZIP):
        raise OSError(f"content encoding {coding or 'unknown'} cannot be undone")
    return body


def _set_body(payload: Payload, body: Bytes) -> None:
    item = payload.item
    if len(body) > MAX_RECORD_BYTES:
        item.drop("too_large", f"over {MAX_RECORD_BYTES} bytes", f"{MAX_RECORD_BYTES} bytes")
    elif payload.is_plain or _is_html(item.content_type, body):
        payload.body = body
    else:
        item.drop("not_html", item.content_type or "no content type")


def _is_html(content_type: str | None, body: Bytes) -> bool:
    """By the declared type; by the first bytes where none is declared."""
    if content_type:
        return content_type in HTML_TYPES
    start = bytes(body[:1024]).lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html")) or b"<html" in start


def _refers_to(fields: Fields) -> str:
    url = fields.get("warc-refers-to-target-uri") or fields.get("warc-target-uri")
    return f"{url or 'another record'} fetched {fields.get('warc-refers-to-date') or 'earlier'}"


def _media_type(value: str | None) -> str | None:
    return (value or "").split(";")[0].strip().lower() or None
