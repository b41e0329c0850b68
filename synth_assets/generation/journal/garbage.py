"""Generations that nothing refers to any more: those of old prompts, models and inputs."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from synth_assets.corpus.files import Files
from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError
from synth_assets.generation.journal.compaction import FinishedWriter, frames
from synth_assets.generation.journal.finished import index_files
from synth_assets.generation.journal.journal import manifest_bytes
from synth_assets.generation.journal.key_table import MISSING, KeyTable
from synth_assets.generation.journal.names import BatchName, names, read_manifest

DAY_S = 86_400.0


@dataclass(slots=True)
class Garbage:
    """What was removed, or would be. `kept_back` says in a sentence each which corpora were left
    alone, and why."""

    lines: int = 0
    bytes: int = 0
    journals: list[str] = field(default_factory=list)
    kept_back: list[str] = field(default_factory=list)


def collect_garbage(files: Files, *, keep_days: float, dry_run: bool) -> Garbage:
    """Remove the generations of finished journals older than `keep_days` that no published batch
    of their corpus names in its sidecar `requests`. With `dry_run` only count them; bytes are an
    estimate then.

    A corpus is left alone while one of its batches is at work, since that may be reading, and
    while one of its published batches does not say which generations it is made of. Live journals
    are never touched.
    """
    garbage = Garbage()
    found = names(files)
    for corpus in sorted({name.corpus for name in found}):
        batches = [name for name in found if name.corpus == corpus]
        try:
            with ExitStack() as stack:
                for name in batches:
                    stack.enter_context(files.lock(f"{corpus}/{name.batch}", timeout_s=0))
                old = [name for name in batches if _age_s(files, name) > keep_days * DAY_S]
                named = _named(files, corpus) if old else KeyTable()
                for name in old:
                    _collect(files, name, named, garbage, dry_run=dry_run)
        except CorpusError as error:
            garbage.kept_back.append(f"{corpus} is left alone: {error}")
    return garbage


def _collect(
    files: Files, name: BatchName, named: KeyTable, garbage: Garbage, *, dry_run: bool
) -> None:
    kept = [_is_named(frame, named) for frame in frames(files, name.parquet)]
    total, lines = sum(len(each) for each in kept), sum(int((~each).sum()) for each in kept)
    if not lines:
        return
    size = _size(files, name)
    if not dry_run:
        _rewrite(files, name, named, all_of_it=lines == total)
    garbage.lines += lines
    garbage.bytes += size * lines // total if dry_run else size - _size(files, name)
    garbage.journals.append(files.path(name.parquet))


def _named(files: Files, corpus: str) -> KeyTable:
    """All keys that the published batches of a corpus name. Raises CorpusError where one names
    none."""
    store, named = Store(files.root), KeyTable()
    for batch in store.batches(corpus):
        published = store.open(corpus, batch, lawful=False)
        if "requests" not in published.footer.sidecars:
            raise CorpusError(
                f"batch {batch} was published without the sidecar requests; materialize it again"
            )
        for frame in published.sidecar_frames("requests", ["key"]):
            for key in frame["key"].unique():
                named.put(key, 0)
    return named


def _is_named(frame: pl.DataFrame, named: KeyTable) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        named.find(frame["key"].to_list()) != MISSING
    )
    return found


def _rewrite(files: Files, name: BatchName, named: KeyTable, *, all_of_it: bool) -> None:
    if all_of_it:
        for file in _files_of(files, name):
            files.remove(file)
        return
    damaged = (read_manifest(files, name) or {}).get("damaged", 0)
    with FinishedWriter(files, name.parquet) as writer:
        for frame in frames(files, name.parquet):
            writer.add(frame.filter(_is_named(frame, named)))
        manifest = writer.publish() | {"damaged": damaged}
    files.write(f"{name.stem}.json", manifest_bytes(manifest))


def _files_of(files: Files, name: BatchName) -> Iterator[str]:
    """The Parquet first: without it the others mean nothing."""
    yield name.parquet
    yield f"{name.stem}.json"
    yield from index_files(files, name.parquet)


def _age_s(files: Files, name: BatchName) -> float:
    """Seconds since a finished journal was written; below zero where there is none."""
    if not files.exists(name.parquet):
        return -1.0
    return time.time() - float(files.filesystem.modified(files.path(name.parquet)).timestamp())


def _size(files: Files, name: BatchName) -> int:
    if not files.exists(name.parquet):
        return 0
    return int(files.filesystem.size(files.path(name.parquet)))
