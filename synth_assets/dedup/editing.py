"""Documents without the paragraphs that an earlier one has.

Such a document is one of its own, as a masked page is: a new id, and the judged document as its
parent. Only natural documents are looked at, and only by natural ones: what was made of a page
holds its paragraphs by design. A document that has no long paragraph of its own leaves whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from synth_assets.corpus.document import CountTokens, Document, measure, replaced
from synth_assets.corpus.footer import Law
from synth_assets.corpus.schema import Schema
from synth_assets.dedup.paragraphs import VERSION
from synth_assets.dedup.repeats import Cut, Repeats, drop_columns, seen_in
from synth_assets.dedup.texts import OwnBatch, Seen
from synth_assets.hashing import digest_json
from synth_assets.text.columns import Texts

SIDECAR = "edited"

COLUMNS: Schema = {
    # without the paragraphs
    "doc_id": pl.String(),
    # as it was judged, so that later batches are judged by that
    "parent_id": pl.String(),
    "content_hash": pl.String(),
    "text": pl.String(),
    # what was taken, and the first document that has it, as that was judged
    "taken": pl.List(
        pl.Struct({"text": pl.String(), "seen_in": pl.String(), "seen_in_batch": pl.String()})
    ),
}


@dataclass
class Taken:
    """Sums over the documents that were edited: their characters before and after, those of the
    paragraphs and of the white space between them, and the tokens less."""

    documents: int = 0
    before: int = 0
    after: int = 0
    paragraphs: int = 0
    spaces: int = 0
    tokens: int = 0

    @property
    def law(self) -> Law:
        return Law(
            "characters of edited documents",
            {"before": self.before},
            {"kept": self.after, "paragraphs": self.paragraphs, "white space": self.spaces},
        )

    @property
    def figures(self) -> dict[str, int]:
        return {
            "documents_edited": self.documents,
            "chars_taken_out": self.paragraphs,
            "tokens_taken_out": self.tokens,
        }


@dataclass(frozen=True)
class Edited:
    """Rows that stay, rows that leave, and the former as they were, with what was taken
    out of them (COLUMNS)."""

    kept: pl.DataFrame
    dropped: pl.DataFrame
    log: pl.DataFrame


@dataclass
class Editor:
    """Takes out what documents of earlier batches, or earlier ones of the own, have."""

    own: OwnBatch
    earlier: Sequence[Seen]
    repeats: Repeats
    count_tokens: CountTokens
    taken: Taken = field(default_factory=Taken)

    def edit(self, rows: pl.DataFrame) -> Edited:
        """Of documents that stay by all other rules."""
        natural = rows.with_row_index("_at").filter(pl.col("kind") == "natural")
        cuts = self._cuts(natural)
        names = seen_in(list(cuts.values()), self.own, self.earlier)
        whole = {at: cut for at, cut in cuts.items() if cut.is_whole}
        children: dict[int, Document] = {}
        log = []
        for at in sorted(cuts.keys() - whole):
            parent = Document.from_row(rows.row(at, named=True))
            rest, paragraphs, spaces = cuts[at].pieces(parent.text)
            children[at] = child = _child(parent, rest, cuts[at])
            log.append(
                _log_row(parent, child, paragraphs, [names[place] for place in cuts[at].seen])
            )
            self._count(parent, child, sum(map(len, paragraphs)), spaces)
        if children:
            measure(list(children.values()), self.count_tokens)
        self.taken.tokens -= sum(child.n_tokens or 0 for child in children.values())
        leaves = pl.int_range(pl.len()).is_in(list(whole))
        return Edited(
            replaced(rows, children).filter(~leaves),
            rows.filter(leaves).with_columns(drop_columns(list(whole.values()), names)),
            pl.DataFrame(log, schema=dict(COLUMNS)),
        )

    def _cuts(self, natural: pl.DataFrame) -> Mapping[int, Cut]:
        """By the number of the row."""
        known = self.own.rows.select("doc_id", "row")
        numbers = natural.join(known, on="doc_id", maintain_order="left")["row"]
        texts = Texts.of(natural["text"].to_arrow(compat_level=pl.CompatLevel.oldest()))
        cuts = self.repeats.cuts(texts, numbers.to_numpy().astype(np.int64))
        return {natural["_at"][cut.text]: cut for cut in cuts}

    def _count(self, parent: Document, child: Document, paragraphs: int, spaces: int) -> None:
        self.taken.documents += 1
        self.taken.before += parent.n_chars
        self.taken.after += len(child.text)
        self.taken.paragraphs += paragraphs
        self.taken.spaces += spaces
        self.taken.tokens += parent.n_tokens or 0


def _log_row(
    parent: Document,
    child: Document,
    paragraphs: Sequence[str],
    seen: Sequence[tuple[str, str]],
) -> dict[str, object]:
    return {
        "doc_id": child.doc_id,
        "parent_id": parent.doc_id,
        "content_hash": parent.content_hash,
        "text": parent.text,
        "taken": [
            {"text": text, "seen_in": doc_id, "seen_in_batch": batch}
            for text, (doc_id, batch) in zip(paragraphs, seen, strict=True)
        ],
    }


def _child(parent: Document, text: str, cut: Cut) -> Document:
    """Stays natural, since people wrote it, and keeps its roots."""
    return parent.child(
        text,
        row_version=digest_json([SIDECAR, VERSION, cut.spans]),
        generation_keys=parent.generation_keys,
        root_ids=parent.root_ids or [parent.doc_id],
    )
