"""What a record of a web archive carries: a page's bytes, or the reason why it has none."""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

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


_HTTP_END = re.compile(rb"\r?\n\r?\n")

Decode = Literal["all", "content", "transfer", "none"]
_DECODE: tuple[Decode, ...] = ("all", "content", "transfer", "none")


@dataclass(slots=True)
class Payload:
    """A page of `body` bytes, its transfer and content encoding undone; or an item that is dropped
    already. `charset` is that of the HTTP header; `is_plain` marks WET text."""

    item: Item
    body: bytes = b""
    charset: str | None = None
    is_plain: bool = False


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
    start = end.end() if end else len(frame.block)
    found = _http_header(frame.block[:start])
    if found is None:
        item.drop("damaged_record", f"byte {frame.offset}: no HTTP header")
        return
    record, quirks = found
    item.content_type = _media_type(record.http_content_type)
    status = record.http_headers.status_code
    if not 200 <= status < 300:
        item.drop("http_status", str(status), "200 to 299")
        return
    payload.charset = record.http_charset
    try:
        _set_body(payload, _body(frame.block, start, quirks))
    except (OSError, zlib.error) as error:
        cause = " ".join(str(error).split())[:80]
        item.drop("damaged_payload", f"byte {frame.offset}: {cause}")


def _http_header(head: bytes) -> tuple[Any, bool] | None:
    """The record with its HTTP header read, and whether it took leniency: old crawlers end lines
    with LF alone. None where there is no such header."""
    for quirks in (False, True):
        try:
            record = _http_record(head, "none", quirks=quirks)
        except (OSError, ValueError):
            continue
        if record.http_headers and isinstance(record.http_headers.status_code, int):
            return record, quirks
    return None


def _http_record(block: bytes, auto_decode: Decode, *, quirks: bool) -> Any:
    """The block as fastwarc's record. Raises OSError where the payload cannot be decoded."""
    from fastwarc.warc import WarcRecord

    record = WarcRecord.from_bytes(_WARC_HEADER % len(block) + block)
    record.parse_http(auto_decode=auto_decode, quirks_mode=quirks)
    return record


def _body(block: bytes, start: int, quirks: bool) -> bytes:
    """The page's bytes, from `start` of the block on, with both encodings undone.

    Crawlers often store a decoded payload under the headers it came with; what cannot be undone
    and looks like text is taken as it stands. Raises OSError or zlib.error for what is neither.
    """
    if b"-encoding:" not in block[:start].lower():
        return block[start:]
    for auto_decode in _DECODE:
        try:
            record = _http_record(block, auto_decode, quirks=quirks)
            body: bytes = record.reader.read(MAX_RECORD_BYTES + 1)
        except OSError:
            continue
        if body or start == len(
            block
        ):  # fastwarc reads nothing out of bare deflate, and is content
            break
    if auto_decode in {"all", "content"}:
        return body
    return _undone(body, (record.http_headers.get("Content-Encoding") or "").strip().lower())


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


def _set_body(payload: Payload, body: bytes) -> None:
    item = payload.item
    if len(body) > MAX_RECORD_BYTES:
        item.drop("too_large", f"over {MAX_RECORD_BYTES} bytes", f"{MAX_RECORD_BYTES} bytes")
        return
    payload.body = body
    if not payload.is_plain and not _is_html(item.content_type, payload.body):
        item.drop("not_html", item.content_type or "no content type")


def _is_html(content_type: str | None, body: bytes) -> bool:
    """By the declared type; by the first bytes where none is declared."""
    if content_type:
        return content_type in HTML_TYPES
    start = body[:1024].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html")) or b"<html" in start


def _refers_to(fields: Fields) -> str:
    url = fields.get("warc-refers-to-target-uri") or fields.get("warc-target-uri")
    return f"{url or 'another record'} fetched {fields.get('warc-refers-to-date') or 'earlier'}"


def _media_type(value: str | None) -> str | None:
    return (value or "").split(";")[0].strip().lower() or None
