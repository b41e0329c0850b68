"""Documents in which words have become those of another language, by a lexicon.

Source: "PreAlign: Boosting Cross-Lingual Transfer by Early Establishment of Multilingual Alignment"
(Li et al. 2024), https://arxiv.org/abs/2407.16222: words of the input are switched with probability
0.05, by chance among their translations. Only the prose is touched: code, addresses and other
protected stretches stay.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_assets.corpus.document import Document
from synth_assets.corpus.store import Corpus
from synth_assets.hashing import digest
from synth_assets.translation.blocks import cut
from synth_assets.translation.lexicon import Found, Lexicon
from synth_assets.translation.methods.mixed import Mixed
from synth_assets.translation.protect import find_spans, outside

VERSION = "1"


@dataclass(frozen=True)
class Switched:
    """See `mixed.MixMethod`. Every occurrence of a term is switched with probability `rate`, drawn
    from the seed and the document alone."""

    lexicon: Lexicon
    source: str
    target: str
    rate: float
    seed: int
    row_version: str

    @property
    def input(self) -> str:
        return "filtered"

    def mix(self, corpus: Corpus) -> Iterator[Mixed]:
        for frame in corpus.frames():
            for row in frame.iter_rows(named=True):
                yield self._of(Document.from_row(row))

    def _of(self, document: Document) -> Mixed:
        if document.lang != self.source:
            return Mixed(document, "language")
        chance = random.Random(digest(str(self.seed), document.doc_id))
        terms = [found for found in self._terms(document.text) if chance.random() < self.rate]
        if not terms:
            return Mixed(document, "no_switch")
        text, switched = self._switch(document.text, terms, chance)
        child = document.child(
            text,
            row_version=self.row_version,
            generation_keys=[],
            kind="edited",
            recipe="code_switch",
            recipe_version=self.row_version,
            seed=self.seed,
        )
        columns = {
            "relation": "adds",
            "other_lang": self.target,
            "n_switched": len(switched),
            "switched": switched,
        }
        return Mixed(document, child=child, columns=columns)

    def _terms(self, text: str) -> Iterator[Found]:
        """Terms of the lexicon in the prose, by their place in the whole text."""
        start = 0
        for part in cut(text):
            spans = find_spans(part.text) if part.is_prose else []
            begin = start
            for piece, span in zip(outside(part.text, spans), [*spans, None], strict=True):
                if part.is_prose:
                    for found in self.lexicon.find(piece):
                        yield found.moved(begin)
                begin += len(piece) + (len(span.text) if span else 0)
            start += len(part.text)

    def _switch(
        self, text: str, terms: Sequence[Found], chance: random.Random
    ) -> tuple[str, list[dict[str, Any]]]:
        made, last = "", 0
        switched: list[dict[str, Any]] = []
        for found in terms:
            other = chance.choice(self.lexicon.translations(found, self.target))
            if found.term[0].isupper() and other[0].islower():
                other = other[0].upper() + other[1:]
            made += text[last : found.start]
            place = {"start": len(made), "end": len(made) + len(other), "original": found.term}
            switched.append(place)
            made += other
            last = found.end
        return made + text[last:], switched


def restored(text: str, switched: Sequence[Mapping[str, Any]]) -> str:
    """The parent's text of a code-switched one."""
    for place in reversed(switched):
        text = text[: place["start"]] + place["original"] + text[place["end"] :]
    return text
