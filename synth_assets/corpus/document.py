"""Ids, normalisation, counting, and the row as an object for stages that work one by one."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Self

import polars as pl

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.hashing import digest

_SPACE = re.compile(r"\s+")

CountTokens = Callable[[Sequence[str]], list[int]]
"""Token counts of texts, in order; see `packing.tokenizer.token_counter`."""


def raw_id(file_digest: str, offset: int) -> str:
    """Id of a raw document: its file's digest and its record's offset (a byte or row number).

    The same page crawled twice is two documents.
    """
    return digest("raw", file_digest, str(offset))


def made_id(
    parent_ids: Sequence[str], row_version: str, generation_keys: Sequence[str], position: int
) -> str:
    """Id of a made document: what it was made from, by which version, from which generations."""
    return digest(
        "made", ",".join(parent_ids), row_version, ",".join(generation_keys), str(position)
    )


def content_hash(text: str) -> str:
    """Digest of the text under NFC, case folding and collapsed white space."""
    normal = unicodedata.normalize("NFC", text).casefold()
    return digest("text", _SPACE.sub(" ", normal).strip())


@dataclass(slots=True, kw_only=True)
class Document:
    """One row of a corpus; the fields are those of `schema.DOCUMENT`, described there.

    `attributes` are what its corpus has beside them, such as `filtered`'s scores: to be read, not
    inherited by what is made from the document, nor written with it.
    """

    doc_id: str
    text: str
    parent_ids: list[str] = field(default_factory=list)
    root_ids: list[str] = field(default_factory=list)
    title: str | None = None
    lang: str = "und"
    url: str | None = None
    source: dict[str, Any] | None = None
    fetched_at: datetime | None = None
    license: str | None = None
    kind: str = "natural"
    recipe: str | None = None
    recipe_version: str | None = None
    model: str | None = None
    model_revision: str | None = None
    generation_keys: list[str] = field(default_factory=list)
    seed: int | None = None
    content_hash: str = ""
    n_chars: int = 0
    n_words: int = 0
    n_tokens: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """The document of a row as `DataFrame.iter_rows(named=True)` gives it."""
        beside = {name: value for name, value in row.items() if name not in _FIELDS}
        return cls(**{name: row[name] for name in _FIELDS}, attributes=beside)

    def to_row(self) -> dict[str, Any]:
        row = asdict(replace(self, attributes={}))
        del row["attributes"]
        return row

    def child(
        self,
        text: str,
        *,
        row_version: str,
        generation_keys: Sequence[str],
        position: int = 0,
        **changes: Any,
    ) -> Self:
        """A document made from this one: new id and text, everything else inherited.

        `changes` overrides fields, such as kind, recipe, lang or title.
        """
        row = self.to_row() | changes
        row["doc_id"] = made_id([self.doc_id], row_version, generation_keys, position)
        row["parent_ids"] = [self.doc_id]
        row["generation_keys"] = list(generation_keys)
        row["text"] = text
        return type(self)(**row)


_FIELDS = dict.fromkeys(item.name for item in fields(Document) if item.name != "attributes")


def measure(documents: Sequence[Document], count_tokens: CountTokens) -> None:
    """Fill content_hash, n_chars, n_words and n_tokens of the documents in place."""
    texts = [document.text for document in documents]
    words = count_words(texts)
    tokens = count_tokens(texts)
    for document, n_words, n_tokens in zip(documents, words, tokens, strict=True):
        document.content_hash = content_hash(document.text)
        document.n_chars = len(document.text)
        document.n_words = n_words
        document.n_tokens = n_tokens


def replaced(documents: pl.DataFrame, children: Mapping[int, Document]) -> pl.DataFrame:
    """The rows with those of `children`, by number, in the place of what they were made from;
    columns beside those of a document stay."""
    if not children:
        return documents
    rows = [{"_row": row, **child.to_row()} for row, child in children.items()]
    made = pl.DataFrame(rows, schema={"_row": pl.UInt32(), **DOCUMENT})
    numbered = documents.with_row_index("_row")
    return numbered.update(made, on="_row").drop("_row").select(documents.columns)


def count_words(texts: Sequence[str]) -> list[int]:
    r"""Runs of `\w` under Unicode's definition, which keeps combining marks inside a word;
    Python's own splits Hindi and Bengali words at them."""
    return pl.Series(texts, dtype=pl.String).str.count_matches(r"\w+").to_list()
