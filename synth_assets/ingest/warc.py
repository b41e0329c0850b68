"""Web pages out of WARC files: every response, resource and conversion record, and all damage."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from synth_assets.corpus.document import Document, raw_id
from synth_assets.ingest.charset import UnknownCharsetError, decode
from synth_assets.ingest.frames import Frame, frames
from synth_assets.ingest.html import BLOCKS, read_page
from synth_assets.ingest.source import MAX_RECORD_BYTES, Item, SourceFile

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
PLAIN = "text/plain"


def read_warc(source: SourceFile, extractor: str = BLOCKS) -> Iterator[Item]:
    """One item per page record and per damaged stretch, in file order; `extractor` finds the main
    text of pages.

    Raises InputError for a file that is no WARC.
    """
    with source.open() as stream:
        for frame in frames(stream, source):
            if frame.is_page:
                yield _item(frame, source, extractor)


def count_warc(source: SourceFile) -> tuple[int, int]:
    """Page records and damaged stretches of a file, and the bytes of all its frames; found by
    framing alone, without reading a page."""
    pages = size = 0
    with source.open() as stream:
        for frame in frames(stream, source):
            pages += frame.is_page
            size += frame.size
    return pages, size


def _item(frame: Frame, source: SourceFile, extractor: str) -> Item:
    from fastwarc.warc import WarcRecord

    doc_id = raw_id(source.digest, frame.offset)
    place = {"file": source.name, "offset": frame.offset}
    item = Item(Document(doc_id=doc_id, root_ids=[doc_id], text="", source=place))
    try:
        record = WarcRecord.from_bytes(frame.data)
        item.document.url = record.headers.get("WARC-Target-URI")
        item.document.fetched_at = _fetched_at(record)
    except (OSError, ValueError):
        if frame.damage is None:
            frame.damage = "its WARC header cannot be read"
    if frame.damage is not None:
        return item.drop("damaged_record", f"byte {frame.offset}: {frame.damage}")
    if frame.too_large:
        return item.drop("too_large", f"{frame.too_large} bytes", f"{MAX_RECORD_BYTES} bytes")
    return _read_record(item, record, frame, extractor)


def _read_record(item: Item, record: Any, frame: Frame, extractor: str) -> Item:
    if frame.record_type == "response" and not _is_http(record):
        item.content_type = _media_type(record.headers.get("Content-Type"))
        if item.content_type == "application/http":
            return item.drop("damaged_record", f"byte {frame.offset}: no HTTP header")
        return item.drop("not_html", item.content_type or "no content type")
    if record.is_http:
        record = _decoded(frame.data)
        status = record.http_headers.status_code
        item.content_type = _media_type(record.http_content_type)
        if status is None or not 200 <= status < 300:
            return item.drop("http_status", str(status), "200 to 299")
    else:
        item.content_type = _media_type(record.headers.get("Content-Type"))
    body, charset = record.reader.read(), record.http_charset if record.is_http else None
    if _is_plain(item, frame):
        return _read_plain(item, body)
    if not _is_html(item.content_type, body):
        return item.drop("not_html", item.content_type or "no content type")
    return _read_html(item, body, charset, extractor)


def _is_http(record: Any) -> bool:
    if not record.is_http:
        return False
    record.parse_http()
    return record.http_headers is not None and record.http_headers.status_code is not None


def _decoded(data: bytes) -> Any:
    """The record with its payload's transfer and content encoding undone.

    Crawlers often store a decoded payload under the headers it came with; what cannot be undone
    is taken as it stands.
    """
    from fastwarc.warc import WarcRecord

    for auto_decode in ("all", "content", "transfer"):
        record = WarcRecord.from_bytes(data)
        try:
            record.parse_http(auto_decode=auto_decode)
        except OSError:
            continue
        return record
    record = WarcRecord.from_bytes(data)
    record.parse_http()
    return record


def _read_html(item: Item, body: bytes, http_charset: str | None, extractor: str) -> Item:
    try:
        text, item.charset = decode(body, http_charset)
    except UnknownCharsetError as error:
        return item.drop("unknown_charset", str(error))
    page = read_page(text, extractor)
    item.document.title, item.lang_hint = page.title, page.lang_hint
    item.published_at = page.published_at
    item.document.text = page.text
    if not page.text:
        return item.drop("empty_page", f"{len(body)} bytes of HTML without main text")
    return item


def _read_plain(item: Item, body: bytes) -> Item:
    try:
        text, item.charset = decode(body, "utf-8")
    except UnknownCharsetError as error:
        return item.drop("unknown_charset", str(error))
    item.document.text = text.strip()
    if not item.document.text:
        return item.drop("empty_page", f"{len(body)} bytes without text")
    return item


def _is_plain(item: Item, frame: Frame) -> bool:
    return frame.record_type == "conversion" and item.content_type == PLAIN


def _is_html(content_type: str | None, body: bytes) -> bool:
    """By the declared type; by the first bytes where none is declared."""
    if content_type:
        return content_type in HTML_TYPES
    start = body[:1024].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html")) or b"<html" in start


def _media_type(value: str | None) -> str | None:
    return (value or "").split(";")[0].strip().lower() or None


def _fetched_at(record: Any) -> datetime | None:
    date = record.record_date
    return date.astimezone(UTC) if date else None
