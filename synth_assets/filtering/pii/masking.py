"""Pages with personal data become documents of their own, with placeholders in its place.

Such a page stays `natural`, since people wrote it, and keeps its roots; it has a new id, and the
page of raw_web as its parent. What the filter drops is kept as it was found. Masking that is turned
on or off after a batch was published makes versions of the same pages; see `dedup.same_page`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import polars as pl

from synth_assets.corpus.document import CountTokens, Document, measure, replaced
from synth_assets.corpus.schema import Schema
from synth_assets.filtering.pii.kinds import KINDS
from synth_assets.filtering.pii.spans import Kind, find_spans, replace
from synth_assets.hashing import digest_json
from synth_assets.profile.pii import Pii

VERSION = "1"
"""Raise by hand when the same text is masked in another way."""

LIBRARIES = ("phonenumbers", "python-stdnum", "publicsuffixlist")
"""Their tables decide what is valid."""

COLUMNS: Schema = {f"pii_{kind.name}": pl.Int64() for kind in KINDS}
"""How many of each kind were replaced in a kept document's text and title; null where the kind is
off, or the document was dropped."""


def masking_version(settings: Pii) -> str:
    """Digest of what shapes masked texts, and part of their ids."""
    found = {name: version(name) for name in LIBRARIES}
    return digest_json(["pii", VERSION, settings.placeholders, found])


@dataclass(frozen=True)
class Masked:
    """Documents after masking, and by how many tokens they shrank; fewer than 0 where
    placeholders are longer than what they replace."""

    documents: pl.DataFrame
    tokens_removed: int


class Masker:
    """Replaces what the profile says; without any kind it changes nothing."""

    def __init__(self, settings: Pii, count_tokens: CountTokens) -> None:
        self._placeholders = settings.placeholders
        self._kinds = [kind for kind in KINDS if kind.name in self._placeholders]
        self._version = masking_version(settings)
        self._count_tokens = count_tokens

    def mask(self, documents: pl.DataFrame) -> Masked:
        """The documents with COLUMNS, in their order."""
        hinted = documents.with_row_index("_row").with_columns(
            _hint(kind).alias(f"_{kind.name}") for kind in self._kinds
        )
        counts: dict[int, Counter[str]] = {}
        children: dict[int, Document] = {}
        before = 0
        marks = [f"_{kind.name}" for kind in self._kinds]
        for row in hinted.filter(pl.any_horizontal(False, *marks)).iter_rows(named=True):
            found, child = self._child(row, [kind for kind in self._kinds if row[f"_{kind.name}"]])
            if found:
                counts[row["_row"]], children[row["_row"]] = found, child
                before += row["n_tokens"] or 0
        made = list(children.values())
        if made:
            measure(made, self._count_tokens)
        after = sum(child.n_tokens or 0 for child in made)
        masked = _with_counts(documents, self._kinds, counts)
        return Masked(replaced(masked, children), before - after)

    def _child(
        self, row: dict[str, object], kinds: Sequence[Kind]
    ) -> tuple[Counter[str], Document]:
        document = Document.from_row(row)
        found = Counter[str]()

        def masked(text: str) -> str:
            spans = find_spans(text, document.lang, kinds)
            found.update(span.kind for span in spans)
            return replace(text, spans, self._placeholders)

        child = document.child(
            masked(document.text),
            row_version=self._version,
            generation_keys=document.generation_keys,
            title=None if document.title is None else masked(document.title),
            root_ids=document.root_ids or [document.doc_id],
        )
        return found, child


def _hint(kind: Kind) -> pl.Expr:
    there = [pl.col(name).fill_null("").str.contains(kind.hint) for name in ("text", "title")]
    return pl.any_horizontal(there)


def _with_counts(
    documents: pl.DataFrame, kinds: Sequence[Kind], counts: dict[int, Counter[str]]
) -> pl.DataFrame:
    def column(kind: Kind) -> pl.Series:
        values = [counts[row][kind.name] if row in counts else 0 for row in range(len(documents))]
        return pl.Series(f"pii_{kind.name}", values, dtype=pl.Int64)

    return documents.with_columns(column(kind) for kind in kinds)
