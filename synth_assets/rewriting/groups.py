"""Documents of a batch that stand together in one text: of one language and one licence, and near
each other in their corpus.

A group begins where the last one is full, and, at one document in eight, where the document's own
text says so. A page that comes or goes therefore moves the groups up to the next such document and
no further, and what was generated for the others stays paid.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from synth_assets.corpus.document import Document

if TYPE_CHECKING:
    from synth_assets.generation.passes import Documents
    from synth_assets.rewriting.recipe import Selection

BEGINS_ONE_IN = 8

Key = tuple[Any, ...]


class Groups:
    """Groups of at most `size` documents, each of at most `max_words` words; a longer one is alone.

    Holds one row group of the inputs (about 64 MB), and no group reaches over its end. It is quick
    where documents are asked for in the order of the corpus.
    """

    def __init__(
        self, inputs: "Sequence[Documents]", selection: "Selection", *, size: int, max_words: int
    ) -> None:
        self._inputs = inputs
        self._selection = selection
        self._size = size
        self._max_words = max_words
        self._rest: Iterator[pl.DataFrame] = iter(())
        self._frame = pl.DataFrame()
        self._members: dict[str, list[int]] = {}

    def of(self, document: Document) -> list[Document]:
        """The document's group in the order of the corpus, itself among them."""
        if document.doc_id not in self._members:
            self._seek(document.doc_id)
        rows = self._members.get(document.doc_id, [])
        if len(rows) < 2:
            return [document]
        return [Document.from_row(self._frame.row(row, named=True)) for row in rows]

    def _seek(self, doc_id: str) -> None:
        """Go on to the row group with this document, once around at most."""
        for frames in (self._rest, self._frames()):
            self._rest = frames
            for frame in frames:
                self._frame = frame
                self._members = self._grouped(frame)
                if doc_id in frame["doc_id"]:
                    return

    def _frames(self) -> Iterator[pl.DataFrame]:
        return (frame for one in self._inputs for frame in one.frames())

    def _grouped(self, frame: pl.DataFrame) -> dict[str, list[int]]:
        """Row numbers of the groups, by the ids of their documents."""
        members: dict[str, list[int]] = {}
        open_: dict[Key, list[int]] = {}
        needed = ["doc_id", "license", "content_hash", *self._selection.columns]
        rows = frame.select(list(dict.fromkeys(needed))).iter_rows(named=True)
        for number, row in enumerate(rows):
            if self._selection.reason(row):
                continue
            if row["n_words"] > self._max_words:
                members[row["doc_id"]] = [number]
                continue
            key = (row["lang"], row["license"])
            group = open_.get(key)
            if group is None or len(group) == self._size or _begins(row["content_hash"]):
                group = open_[key] = []
            group.append(number)
            members[row["doc_id"]] = group
        return members


def _begins(content_hash: str) -> bool:
    return int(content_hash[:8], 16) % BEGINS_ONE_IN == 0
