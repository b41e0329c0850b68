"""Which generations go with documents that were taken down."""

from collections.abc import Iterator
from contextlib import ExitStack

import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError
from synth_assets.generation.journal.key_table import KeyTable
from synth_assets.generation.journal.names import BatchName
from synth_assets.generation.journal.tombstones import (
    bury,
    bury_all_but,
    has_live_lines,
    still_live,
)
from synth_assets.takedown.register import Register
from synth_assets.takedown.unsettled import is_marked, mark, marked, unmark


def bury_generations(
    store: Store, corpus: str, ids: pl.Series, buried: dict[str, int], waiting: dict[str, int]
) -> None:
    """Tombstones for the results that these documents were the source of or are made from, unless
    another document that stays has the same request, and for those that no published batch names
    in the journals that are marked. Fills the two counts by corpus; a live journal waits, and is
    marked, until its batch has run to its end."""
    if ids.is_empty():
        return
    keys = _keys_of(store, corpus, ids)
    count = bury(store.files, corpus, keys)
    for batch in still_live(store.files, corpus, keys):
        mark(store.files, corpus, batch)
    batches = [batch for name, batch in marked(store.files) if name == corpus]
    settled = [_settle_at_rest(store, corpus, batch) for batch in batches]
    if count := count + sum(done for done in settled if done is not None):
        buried[corpus] = count
    if live := settled.count(None):
        waiting[corpus] = live


def settle(store: Store, corpus: str, batch: str) -> int:
    """Where the batch's journal is marked, and finished, empty what no document that stays asks
    for, and take the mark off; how many results that were. The caller holds the batch's lock."""
    files = store.files
    if not is_marked(files, corpus, batch):
        return 0
    register = Register.load(files)
    gone = register.ids if register is not None else pl.Series(dtype=pl.String)
    named = KeyTable()
    for frame in _requests(store, corpus):
        for key in frame.filter(~frame["doc_id"].is_in(gone.implode()))["key"].unique():
            named.put(key, 0)
    count = bury_all_but(files, BatchName(corpus, batch), named)
    unmark(files, corpus, batch)
    return count


def _settle_at_rest(store: Store, corpus: str, batch: str) -> int | None:
    """None for a journal that is live or at work: it is settled when its batch ends."""
    if has_live_lines(store.files, BatchName(corpus, batch)):
        return None
    with ExitStack() as stack:
        try:
            stack.enter_context(store.files.lock(f"{corpus}/{batch}", timeout_s=0))
        except CorpusError:
            return None
        return settle(store, corpus, batch)


def _keys_of(store: Store, corpus: str, ids: pl.Series) -> set[str]:
    """Keys that these documents alone ask for, as far as published batches say."""
    gone, stay = set[str](), set[str]()
    for frame in _requests(store, corpus):
        taken = frame["doc_id"].is_in(ids.implode())
        gone.update(frame.filter(taken)["key"])
    for frame in _requests(store, corpus):
        others = frame.filter(~frame["doc_id"].is_in(ids.implode()))
        stay.update(gone.intersection(others["key"]))
    return gone - stay


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
