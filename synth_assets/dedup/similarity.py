"""Exact Jaccard similarity of two documents, from their texts read again where they lie."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow.parquet as pq
from numpy.typing import NDArray

from synth_assets.corpus.store import Corpus, Store
from synth_assets.dedup.shingles import shingles
from synth_assets.dedup.texts import Sighting

Hashes = NDArray[np.int64]
Key = tuple[str, str]
"""Batch and doc_id."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """A Jaccard similarity; `exact` is off where it is the signatures' estimate."""

    value: float
    exact: bool = True


class Similarities:
    """Compares documents, each read once.

    A shingle is held as its 64-bit hash: within a pair of documents of a million shingles two
    different ones are taken for one with a probability below 1e-6, and it would move the
    similarity by a millionth. Memory is 8 bytes per shingle of the documents compared.
    """

    def __init__(self, store: Store, ngram: int) -> None:
        self._store = store
        self._ngram = ngram
        self._shingles: dict[Key, Hashes | None] = {}
        self._signatures: dict[Key, NDArray[np.uint32]] = {}
        self.compared = 0
        self.estimated = 0

    def fetch(self, sightings: Iterable[Sighting]) -> None:
        """Read what is not known yet, each row group once."""
        wanted: dict[tuple[str, str, int], set[str]] = defaultdict(set)
        for item in sightings:
            if (item.batch, item.doc_id) not in self._shingles:
                wanted[item.batch, item.corpus, item.row_group].add(item.doc_id)
                self._shingles[item.batch, item.doc_id] = None
        for (batch, corpus, group), doc_ids in sorted(wanted.items()):
            for doc_id, text in self._texts(Corpus(self._store.files, corpus, batch), group):
                if doc_id in doc_ids:
                    self._shingles[batch, doc_id] = self._hashed(text)

    def between(self, one: Sighting, other: Sighting) -> Similarity:
        """Exact where both texts are still there, else the signatures' estimate. Both documents
        must have been fetched."""
        self.compared += 1
        mine = self._shingles[one.batch, one.doc_id]
        theirs = self._shingles[other.batch, other.doc_id]
        if mine is None or theirs is None:
            self.estimated += 1
            return Similarity(self._estimate(one, other), exact=False)
        common = len(np.intersect1d(mine, theirs, assume_unique=True))
        union = len(mine) + len(theirs) - common
        return Similarity(common / union if union else 0.0)

    def _texts(self, corpus: Corpus, group: int) -> Iterable[tuple[str, str]]:
        if not corpus.files.exists(corpus.file):
            return []
        with corpus.files.open(corpus.file) as stream, pq.ParquetFile(stream) as parquet:
            if group >= parquet.num_row_groups:
                return []
            table = parquet.read_row_group(group, columns=["doc_id", "text"])
        columns = (table.column(name).to_pylist() for name in ("doc_id", "text"))
        return zip(*columns, strict=True)

    def _hashed(self, text: str) -> Hashes:
        found = shingles(text, self._ngram)
        hashes = np.fromiter(map(hash, found), dtype=np.int64, count=len(found))
        return np.unique(hashes)

    def _estimate(self, one: Sighting, other: Sighting) -> float:
        return float(np.mean(self._signature(one) == self._signature(other)))

    def _signature(self, sighting: Sighting) -> NDArray[np.uint32]:
        key = (sighting.batch, sighting.doc_id)
        if key not in self._signatures:
            self._read_signatures(sighting.batch)
        return self._signatures[key]

    def _read_signatures(self, batch: str) -> None:
        """Those of all documents of the batch that were fetched."""
        doc_ids = [doc_id for known, doc_id in self._shingles if known == batch]
        corpus = self._store.open("signatures", batch, lawful=False)
        for frame in corpus.frames(["doc_id", "signature"]):
            found = frame.filter(pl.col("doc_id").is_in(doc_ids))
            for doc_id, signature in found.iter_rows():
                self._signatures[batch, doc_id] = np.array(signature, dtype=np.uint32)
