"""Items out of an input file of any format; a file that cannot be read is an item too."""

from collections import Counter
from collections.abc import Iterator

from synth_assets.ingest.dialects import ARC, WARC
from synth_assets.ingest.inputs import InputFile
from synth_assets.ingest.jsonl import count_jsonl, read_jsonl
from synth_assets.ingest.pages import read_page_file, read_payload
from synth_assets.ingest.payload import Payload, read_payloads
from synth_assets.ingest.source import Item, SourceFile, WrongFileError
from synth_assets.ingest.tables import count_arrow, count_parquet, read_arrow, read_parquet
from synth_assets.ingest.warc import count_warc
from synth_assets.profile.ingest import IngestProfile

DIALECTS = {"warc": WARC, "arc": ARC}

PAGES, LINES, ROWS = "web records", "lines", "rows"
WRONG, FRAMED = "unreadable files or rests", "framed bytes"


Unread = Item | Payload
"""A record, or a page whose text has still to be found."""


def read_file(file: InputFile, ingest: IngestProfile) -> Iterator[Item]:
    """All records of a file, as `open_file` gives them, with the text of pages.

    Raises InputError for a file that is gone, or an extractor that is not installed.
    """
    for record in open_file(file, ingest):
        yield item_of(record, ingest.extractor)


def item_of(record: Unread, extractor: str) -> Item:
    """Raises InputError for an extractor that is not installed."""
    return read_payload(record, extractor) if isinstance(record, Payload) else record


def open_file(file: InputFile, ingest: IngestProfile) -> Iterator[Unread]:
    """All records of a file; what cannot be read any further ends as one item more, dropped as
    `unreadable_file` with the offset and the cause.

    Raises InputError for a file that is gone.
    """
    source = SourceFile(file.path, file.name, file.digest)
    try:
        yield from _records(file, source, ingest)
    except WrongFileError as error:
        yield source.blank(error.offset).drop("unreadable_file", str(error))


def count_file(file: InputFile, ingest: IngestProfile) -> Counter[str]:
    """How many items `read_file` must give, by what they are, found without reading a text or a
    page; and of web archives the bytes in their frames."""
    source = SourceFile(file.path, file.name, file.digest)
    counted: Counter[str] = Counter()
    try:
        for what, count in _counts(file, source, ingest):
            counted[what] += count
    except WrongFileError:
        counted[WRONG] += 1
    return counted


def _records(
    file: InputFile, source: SourceFile, ingest: IngestProfile
) -> Iterator[Item] | Iterator[Payload]:
    if file.format in DIALECTS:
        return read_payloads(source, DIALECTS[file.format])
    if file.format == "html":
        return read_page_file(source)
    if file.format == "jsonl":
        return read_jsonl(source, ingest.columns)
    if file.format == "arrow":
        return read_arrow(source, ingest.columns)
    return read_parquet(source, ingest.columns)


def _counts(
    file: InputFile, source: SourceFile, ingest: IngestProfile
) -> Iterator[tuple[str, int]]:
    if file.format in DIALECTS:
        for is_page, size in count_warc(source, DIALECTS[file.format]):
            yield PAGES, is_page
            yield FRAMED, size
    elif file.format == "html":
        yield PAGES, 1
    elif file.format == "jsonl":
        yield from ((LINES, count) for count in count_jsonl(source))
    elif file.format == "arrow":
        yield from ((ROWS, count) for count in count_arrow(source, ingest.columns))
    else:
        yield from ((ROWS, count) for count in count_parquet(source, ingest.columns))
