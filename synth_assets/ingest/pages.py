"""A page's bytes to a document: those of a record, or of a file that is one page."""

from collections.abc import Iterator

from synth_assets.ingest.charset import Bytes, UnknownCharsetError, decode
from synth_assets.ingest.html import read_page
from synth_assets.ingest.payload import Payload
from synth_assets.ingest.source import MAX_RECORD_BYTES, Item, SourceFile


def read_html(item: Item, body: Bytes, charset: str | None, extractor: str) -> Item:
    """Fill an item from a page; `charset` is what stands outside the page.

    Bytes in no known charset and pages without main text are dropped. Raises InputError where the
    extractor is not installed.
    """
    try:
        html, item.charset = decode(body, charset)
    except UnknownCharsetError as error:
        return item.drop("unknown_charset", str(error))
    document = item.document
    page = read_page(html, extractor, document.url)
    document.title, item.lang_hint = page.title, page.lang_hint
    document.license = page.license
    item.published_at, item.canonical_url = page.published_at, page.canonical_url
    document.url = document.url or page.canonical_url
    document.text = page.text
    if not page.text:
        return item.drop("empty_page", f"{len(body)} bytes of HTML without main text")
    return item


def read_page_file(source: SourceFile) -> Iterator[Payload]:
    """The one page of an `.html` file; its address is the one it names as its own, if any."""
    item = source.blank(0)
    item.content_type = "text/html"
    with source.open() as stream:
        body = stream.read(MAX_RECORD_BYTES + 1)
    if len(body) > MAX_RECORD_BYTES:
        item.drop("too_large", f"over {MAX_RECORD_BYTES} bytes", f"{MAX_RECORD_BYTES} bytes")
        body = b""
    yield Payload(item, body)


def read_payload(payload: Payload, extractor: str) -> Item:
    """Its item, with the text of the page or the reason why it has none."""
    item = payload.item
    if item.drop_reason is not None:
        return item
    if payload.is_plain:
        return _read_plain(item, payload.body)
    return read_html(item, payload.body, payload.charset, extractor)


def _read_plain(item: Item, body: Bytes) -> Item:
    try:
        text, item.charset = decode(body, "utf-8")
    except UnknownCharsetError as error:
        return item.drop("unknown_charset", str(error))
    item.document.text = text.strip()
    if not item.document.text:
        item.drop("empty_page", f"{len(body)} bytes without text")
    return item
