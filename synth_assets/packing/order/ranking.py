"""Where each document stands in the order that a release asks for."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.store import Store
from synth_assets.dedup.index import Index
from synth_assets.errors import CorpusError
from synth_assets.packing.mixture.inventory import Inventory
from synth_assets.packing.order.walk import NOTHING, UInt32s, walk
from synth_assets.profile.release import Order

Units = NDArray[np.int64]

INDEXED = 32
"""Permutations that find who is alike: of two documents with a Jaccard similarity of 0.1 they see
each other with 97 %, of 0.02 with 48 %."""
DUPLICATE = 0.7
"""Estimated similarity from which on two documents are not put side by side; below that at which
`deduped` keeps but one, because an estimate from 112 permutations is off by up to 0.1."""


def ranks(store: Store, inventory: Inventory, order: Order, units: Units) -> Units:
    """The place of each of some documents of the inventory, whose numbers ascend.

    `length` puts the short ones first, which is a curriculum (Jin et al. 2023, "GrowLength");
    `score` sorts by a column; `relatedness` walks from neighbour to neighbour (Shi et al. 2024,
    "In-Context Pretraining: Language Modeling Beyond Document Boundaries"), by MinHash signatures;
    `random` is the order of the keys, which follows the seed, as that of equal documents is.
    """
    if order.by == "random":
        return np.arange(len(units))
    if order.by == "relatedness":
        signatures = signatures_of(store, inventory, units)
        visited = walk(signatures, min(INDEXED, signatures.shape[1]), DUPLICATE)
        return _places(visited.astype(np.int64))
    values = inventory.length if order.by == "length" else inventory.score
    assert values is not None
    chosen = values[units].astype(np.float64)
    return _places(np.argsort(-chosen if order.descending else chosen, kind="stable"))


def _places(order: Units) -> Units:
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places


def signatures_of(store: Store, inventory: Inventory, units: Units) -> UInt32s:
    """(documents, permutations) of the documents' MinHash signatures, 448 bytes a document at 112
    permutations. Raises CorpusError for a document that has none."""
    found: UInt32s | None = None
    for number, batch in enumerate(inventory.batches):
        places = np.flatnonzero(inventory.batch[units] == number)
        if not len(places):
            continue
        corpus = store.open("signatures", batch.key)
        minhash = Index.of(corpus).minhash
        doc_ids = batch.doc_ids().gather(inventory.row[units[places]])
        rows = _rows(doc_ids, corpus.read(["doc_id", "row"]), batch.key)
        if found is None:
            found = np.full((len(units), minhash.shape[1]), NOTHING, dtype=np.uint32)
        if minhash.shape[1] != found.shape[1]:
            raise CorpusError(
                f"signatures of batch {batch.key} have {minhash.shape[1]} permutations and those "
                f"of other batches {found.shape[1]}; materialize them again"
            )
        found[places] = minhash[rows]
    return np.empty((0, INDEXED), dtype=np.uint32) if found is None else found


def _rows(doc_ids: pl.Series, signed: pl.DataFrame, batch: str) -> Units:
    """The rows of the signatures that belong to some documents."""
    joined = doc_ids.to_frame("doc_id").join(signed, on="doc_id", how="left", maintain_order="left")
    if joined["row"].null_count():
        missing = joined.filter(pl.col("row").is_null())["doc_id"][0]
        raise CorpusError(f"document {missing} of batch {batch} has no signature in that batch")
    return joined["row"].to_numpy().astype(np.int64)
