"""Input files as the readers see them: bytes at an address, and the items that come out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from synth_assets.corpus.document import Document, raw_id
from synth_assets.errors import InputError

MAX_RECORD_BYTES = 64 << 20
"""No record larger than this is held in memory; such a one is dropped as `too_large`."""


@dataclass(slots=True)
class Item:
    """One record of an input file: a document, kept where `drop_reason` is None."""

    document: Document
    lang_hint: str | None = None
    content_type: str | None = None
    charset: str | None = None
    published_at: datetime | None = None
    canonical_url: str | None = None
    domain: str | None = None
    drop_reason: str | None = None
    drop_value: str | None = None
    drop_limit: str | None = None

    def drop(self, reason: str, value: str, limit: str | None = None) -> "Item":
        self.drop_reason, self.drop_value, self.drop_limit = reason, value, limit
        return self


class WrongFileError(Exception):
    """A file that cannot be read any further: from `offset` on (a byte's or a row's number), and
    why, in one sentence. It never fails a batch: it ends as a dropped row."""

    def __init__(self, offset: int, sentence: str) -> None:
        super().__init__(sentence)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A planned input file: its address, its name in `source`, and its digest for ids."""

    path: str
    name: str
    digest: str

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes. Raises InputError where it is gone."""
        import fsspec

        filesystem, path = fsspec.core.url_to_fs(self.path)
        try:
            stream = filesystem.open(path, "rb")
        except FileNotFoundError:
            raise InputError(
                f"{self.path} has vanished since it was planned; put it back unchanged"
            ) from None
        with stream:
            yield cast("BinaryIO", stream)

    def blank(self, offset: int) -> Item:
        """The item of the record at an offset (a byte's or a row's number), to be filled."""
        doc_id = raw_id(self.digest, offset)
        place = {"file": self.name, "offset": offset}
        return Item(Document(doc_id=doc_id, root_ids=[doc_id], text="", source=place))

    def wrong(
        self, offset: int, found: str, expected: str, *, unit: str = "byte"
    ) -> WrongFileError:
        """The error for a file that is not what it claims, or not from `offset` on."""
        return WrongFileError(offset, f"{unit} {offset}: {found}; expected {expected}")
