"""Web pages out of WARC and ARC files: every page record, and all damage."""

from collections.abc import Iterator

from synth_assets.ingest.dialects import WARC
from synth_assets.ingest.frames import Dialect, frames
from synth_assets.ingest.html import BLOCKS
from synth_assets.ingest.pages import read_payload
from synth_assets.ingest.payload import read_payloads
from synth_assets.ingest.source import Item, SourceFile


def read_warc(
    source: SourceFile, extractor: str = BLOCKS, dialect: Dialect = WARC
) -> Iterator[Item]:
    """One item per page record and per damaged stretch, in file order; `extractor` finds the main
    text of pages.

    Raises WrongFileError for a file that holds nothing.
    """
    for payload in read_payloads(source, dialect):
        yield read_payload(payload, extractor)


def count_warc(source: SourceFile, dialect: Dialect = WARC) -> Iterator[tuple[int, int]]:
    """Of each frame: whether it is a page record or a damaged stretch (1 or 0), and its bytes;
    found by framing alone, without reading a page."""
    with source.open() as stream:
        for frame in frames(stream, source, dialect):
            yield int(frame.is_page), frame.size
