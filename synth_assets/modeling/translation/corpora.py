"""The bitext corpora that a model of the profile learns from, and where its checkpoint lies."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.errors import InputError
from synth_assets.home import Home
from synth_assets.modeling.translation.bitext import choose, read_files
from synth_assets.profile.modeling import TranslatorModel


def corpora_of(settings: TranslatorModel, pair: str) -> list[str]:
    """Names of the corpora; none where the model learns from files."""
    if settings.files:
        return []
    return [f"bitext/{pair}"] if settings.corpora is None else list(settings.corpora)


def batches_of(store: Store, settings: TranslatorModel, pair: str) -> list[tuple[str, str]]:
    """(corpus, batch) of all that it learns from. Raises InputError where one is not there."""
    found = []
    for corpus in corpora_of(settings, pair):
        there = store.batches(corpus)
        chosen = there if settings.batches is None else settings.batches
        if not there or (missing := [batch for batch in chosen if batch not in there]):
            lacks = f"batch {', '.join(missing)}" if there else "batches"
            raise InputError(
                f"translation_models.{pair} learns from {corpus}, which has no {lacks}; "
                f"it has {', '.join(there) or 'none'}"
            )
        found += [(corpus, batch) for batch in chosen]
    return found


def frames_of(store: Store, settings: TranslatorModel, pair: str) -> Iterator[pl.DataFrame]:
    """All pairs, some at a time."""
    if settings.files:
        yield from read_files([Path(file) for file in settings.files], settings.columns)
    for corpus, batch in batches_of(store, settings, pair):
        opened = store.open(corpus, batch)
        for frame in opened.frames():
            yield choose(frame, settings.columns, opened.path)


def folder_of(store: Store, name: str) -> Path:
    """A checkpoint is a folder of this machine, which models are loaded from: under a local root,
    else under the home."""
    local = store.files.is_local
    return Path(store.files.path(name)) if local else Home.find().path / name
