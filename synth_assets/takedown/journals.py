"""Which generations go with documents that were taken down."""

from collections.abc import Iterator

import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.generation.journal.tombstones import bury, still_live


def bury_generations(
    store: Store, corpus: str, ids: pl.Series, buried: dict[str, int], waiting: dict[str, int]
) -> None:
    """Tombstones for the results that these documents were the source of or are made from, unless
    another document that stays has the same request. Fills the two counts by corpus."""
    if ids.is_empty():
        return
    gone, stay = set[str](), set[str]()
    for frame in _requests(store, corpus):
        taken = frame["doc_id"].is_in(ids.implode())
        gone.update(frame.filter(taken)["key"])
    for frame in _requests(store, corpus):
        others = frame.filter(~frame["doc_id"].is_in(ids.implode()))
        stay.update(gone.intersection(others["key"]))
    keys = gone - stay
    if count := bury(store.files, corpus, keys):
        buried[corpus] = count
    if live := still_live(store.files, corpus, keys):
        waiting[corpus] = live


def _requests(store: Store, corpus: str) -> Iterator[pl.DataFrame]:
    """`doc_id`, `key` of all requests, and of the documents kept or dropped their own."""
    for batch in store.batches(corpus):
        opened = store.open(corpus, batch, lawful=False)
        if "requests" in opened.footer.sidecars:
            yield from opened.sidecar_frames("requests", ["doc_id", "key"])
        for frames in (opened.frames, opened.sidecar_frames):
            for frame in frames(columns=["doc_id", "generation_keys"]):
                yield (
                    frame.explode("generation_keys").rename({"generation_keys": "key"}).drop_nulls()
                )
