"""Web pages out of WARC and ARC files: every page record, and all damage."""

from collections.abc import Iterator

from synth_assets.ingest.charset import UnknownCharsetError, decode
from synth_assets.ingest.dialects import WARC
from synth_assets.ingest.frames import Dialect, frames
from synth_assets.ingest.html import BLOCKS
from synth_assets.ingest.pages import read_html
from synth_assets.ingest.payload import Payload, read_payloads
from synth_assets.ingest.source import Item, SourceFile


def read_warc(
    source: SourceFile, extractor: str = BLOCKS, dialect: Dialect = WARC
) -> Iterator[Item]:
    """One item per page record and per damaged stretch, in file order; `extractor` finds the main
    text of pages.

    Raises WrongFileError for a file that holds nothing.
    """
    for payload in read_payloads(source, dialect):
        if payload.item.drop_reason is None:
            _read_text(payload, extractor)
        yield payload.item


def count_warc(source: SourceFile, dialect: Dialect = WARC) -> Iterator[tuple[int, int]]:
    """Of each frame: whether it is a page record or a damaged stretch (1 or 0), and its bytes;
    found by framing alone, without reading a page."""
    with source.open() as stream:
        for frame in frames(stream, source, dialect):
            yield int(frame.is_page), frame.size


def _read_text(payload: Payload, extractor: str) -> None:
    if payload.is_plain:
        _read_plain(payload)
    else:
        read_html(payload.item, payload.body, payload.charset, extractor)


def _read_plain(payload: Payload) -> None:
    item = payload.item
    try:
        text, item.charset = decode(payload.body, "utf-8")
    except UnknownCharsetError as error:
        item.drop("unknown_charset", str(error))
        return
    item.document.text = text.strip()
    if not item.document.text:
        item.drop("empty_page", f"{len(payload.body)} bytes without text")
