"""Rows that come late: what a recipe added later, or a changed prompt, makes of an old batch.

A batch that later ones were judged by, or that was itself judged, stays as it is: its `signatures`
and its `deduped` are fixed, whatever is run again. Rows that its corpora hold now and that it
does not know get a batch of their own, `<batch>.late1`, admitted after all that is planned. It has
no input files, so its `raw_web` up to `translated/*` are empty; its `signatures` and `deduped` take
the rows that its list `batches/<key>.late.parquet` names from the corpora of the batch they were
made in, and its `packed` holds what of them stays. It is a partition like any other: the sensor
runs it once, later batches are judged by it, and the old partition's files are byte for byte the
same.

Rows that are gone from the corpora, those of the old prompt, stay in `deduped` as they were
published. `synth-assets batch republish` is the way to replace them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.corpus.store import Corpus, Store
from synth_assets.dedup.abandoned import is_abandoned
from synth_assets.ingest.plan import FOLDER, BatchManifest, all_manifests, load_manifest, plan_late


@dataclass(frozen=True)
class Membership:
    """Which rows of a batch's corpora are judged under its own number.

    `origin` is the batch whose corpora they are read from. `ids` are those of a late batch, or
    else those that late ones have taken, which all others are not.
    """

    origin: str
    is_late: bool
    ids: pl.Series

    @classmethod
    def none(cls, origin: str) -> "Membership":
        """Of an abandoned batch: nothing is judged under its number any more."""
        return cls(origin, True, pl.Series("doc_id", [], dtype=pl.String))

    def mask(self, doc_ids: pl.Series) -> pl.Series:
        return doc_ids.is_in(self.ids.implode()) == self.is_late

    @property
    def is_whole(self) -> bool:
        """Whether the rows of the origin are all its own."""
        return not self.is_late and self.ids.is_empty()


def membership(store: Store, key: str) -> Membership:
    """Raises InputError where no such batch was planned."""
    manifest = load_manifest(store, key)
    if manifest.late_of is not None:
        return Membership(manifest.late_of, True, _listed(store, [key]))
    late = [item.key for item in all_manifests(store) if item.late_of == key]
    taken = [item for item in late if not is_abandoned(store, item)]
    return Membership(key, False, _listed(store, taken))


def is_fixed(store: Store, manifest: BatchManifest) -> bool:
    """Whether some batch was judged by this one's signatures, itself or one admitted later."""
    judged = set(store.batches("deduped"))
    return any(
        later.key in judged
        for later in all_manifests(store)
        if later.admission >= manifest.admission
    )


def admit_late(store: Store, inputs: Sequence[Corpus], known: pl.Series, own: Membership) -> int:
    """Plan a late batch for the rows of the inputs that are neither known nor taken by another;
    returns their number."""
    frames = [frame for corpus in inputs for frame in corpus.frames(["doc_id"])]
    doc_ids = pl.concat(frames)["doc_id"]
    new = doc_ids.filter(own.mask(doc_ids) & ~doc_ids.is_in(known.implode()))
    if len(new) and not own.is_late:
        plan_late(store, own.origin, lambda key: _write_list(store, key, new.sort()))
    return len(new)


def _write_list(store: Store, key: str, doc_ids: pl.Series) -> None:
    name = _list_file(key)
    with store.files.staging(name) as staged:
        pl.DataFrame({"doc_id": doc_ids}).write_parquet(staged)
        store.files.publish(staged, name)


def _listed(store: Store, keys: Sequence[str]) -> pl.Series:
    lists = [pl.Series("doc_id", [], dtype=pl.String)]
    for key in keys:
        with store.files.open(_list_file(key)) as stream:
            lists.append(pl.read_parquet(stream.read())["doc_id"])
    return pl.concat(lists)


def _list_file(key: str) -> str:
    return f"{FOLDER}/{key}.late.parquet"
