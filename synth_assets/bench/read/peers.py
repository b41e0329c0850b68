"""The same reading with what others use."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple


class Read(NamedTuple):
    """What is told of a page; the date as its library gives it."""

    url: str | None
    date: object
    media: str | None
    charset: str | None
    body: bytes | memoryview


Reader = Callable[[Path], Iterator[Read]]


def _with_fastwarc(path: Path) -> Iterator[Read]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with path.open("rb") as stream:
        records = ArchiveIterator(
            stream, record_types=WarcRecordType.response, parse_http=True, auto_decode="all"
        )
        for record in records:
            url = record.headers.get("WARC-Target-URI")
            body = record.reader.read()
            media, charset = record.http_content_type, record.http_charset
            yield Read(url, record.record_date, media, charset, body)


def _with_warcio(path: Path) -> Iterator[Read]:
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response":
                continue
            url = record.rec_headers.get_header("WARC-Target-URI")
            date = record.rec_headers.get_header("WARC-Date")
            media, _, rest = (record.http_headers.get_header("Content-Type") or "").partition(";")
            charset = rest.partition("charset=")[2] or None
            yield Read(url, date, media, charset, record.content_stream().read())


def _ours(path: Path) -> Iterator[Read]:
    from synth_assets.ingest.dialects import WARC
    from synth_assets.ingest.payload import read_payloads
    from synth_assets.ingest.source import SourceFile

    for payload in read_payloads(SourceFile(str(path), path.name, ""), WARC):
        item = payload.item
        document = item.document
        media = item.content_type
        yield Read(document.url, document.fetched_at, media, payload.charset, payload.body)


READERS: Mapping[str, Reader] = {
    "ours": _ours,
    "fastwarc": _with_fastwarc,
    "warcio": _with_warcio,
}
