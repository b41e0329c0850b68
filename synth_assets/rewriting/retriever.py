"""BM25 over the documents of a batch: at which rank a query finds its own, and which others come
close behind it.

A document is looked up by its beginning, the passage that its queries are asked about. The index
holds a sample of at most MOST_DOCUMENTS, those with the smallest content hashes, so that its size
has a limit and one page more or less hardly moves it. Scores are those of bm25s in Lucene's form
(k1 = 1.5, b = 0.75).
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.document import Document
from synth_assets.rewriting.words import first_words
from synth_assets.text.terms import terms

if TYPE_CHECKING:
    import bm25s

    from synth_assets.generation.passes import Documents
    from synth_assets.rewriting.recipe import Selection

MOST_DOCUMENTS = 100_000
"""InPars takes as many."""

TOO_CLOSE = 0.95
"""Of the score of its own document: what reaches it may well answer the query too."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a query finds its own document: `rank` counts from 1, equal scores against it; `score`
    is 0 where they share no term. `negatives` are ids of others, the best first."""

    rank: int
    score: float
    negatives: tuple[str, ...]


class Retriever:
    """The index is built when it is first asked."""

    def __init__(
        self,
        inputs: "Sequence[Documents]",
        selection: "Selection",  # noqa: ARG002 - documents that are not taken up are negatives too
        *,
        passage_words: int,
        most_documents: int = MOST_DOCUMENTS,
    ) -> None:
        self._inputs = inputs
        self._passage_words = passage_words
        self._most = most_documents

    def __contains__(self, document: Document) -> bool:
        return document.doc_id in self._place

    @lru_cache(maxsize=4096)  # noqa: B019 - it lives as long as its corpus is made
    def find(self, query: str, doc_id: str, n_negatives: int) -> Found:
        """Negatives are of the document's language and another content, share a term with the
        query, and score less than TOO_CLOSE times what the document does. Raises KeyError for a
        document that is not in the index."""
        place = self._place[doc_id]
        scores = self._scores(terms(query))
        own = float(scores[place])
        rank = int((scores >= own).sum())
        if own <= 0:
            return Found(rank, 0.0, ())
        apt = np.flatnonzero((scores > 0) & (scores < TOO_CLOSE * own) & self._others(place))
        best = apt[np.argsort(-scores[apt], kind="stable")][:n_negatives]
        return Found(rank, round(own, 4), tuple(self._sample["doc_id"][best.tolist()]))

    def _others(self, place: int) -> NDArray[np.bool_]:
        """Those of its language that do not say the same."""
        lang, content_hash = self._sample.select("lang", "content_hash").row(place)
        apt = (pl.col("lang") == lang) & (pl.col("content_hash") != content_hash)
        found: NDArray[np.bool_] = self._sample.select(apt).to_series().to_numpy()
        return found

    def _scores(self, query: list[str]) -> NDArray[np.float32]:
        known = sorted(self._index.get_tokens_ids(query))
        if not known:
            return np.zeros(self._sample.height, dtype=np.float32)
        scores: NDArray[np.float32] = self._index.get_scores_from_ids(known)
        return scores

    @cached_property
    def _sample(self) -> pl.DataFrame:
        """Ids, languages and hashes in the order of the ids, so that equal scores have an order."""
        columns = ["doc_id", "lang", "content_hash"]
        chosen = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        for frame in self._frames(columns):
            chosen = pl.concat([chosen, frame]).sort("content_hash", "doc_id").head(self._most)
        return chosen.sort("doc_id")

    @cached_property
    def _place(self) -> dict[str, int]:
        return {doc_id: place for place, doc_id in enumerate(self._sample["doc_id"])}

    @cached_property
    def _index(self) -> "bm25s.BM25":
        import bm25s

        said: list[list[str]] = [[] for _ in self._place]
        for frame in self._frames(["doc_id", "text"]):
            for doc_id, text in frame.iter_rows():
                if doc_id in self._place:
                    passage = first_words(text, self._passage_words)
                    said[self._place[doc_id]] = [sys.intern(term) for term in terms(passage)]
        index = bm25s.BM25()
        index.index(said, show_progress=False)
        return index

    def _frames(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        return (frame.select(columns) for one in self._inputs for frame in one.frames())
