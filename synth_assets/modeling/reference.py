"""reference_lm/<lang>: the n-gram model of a language, trained on documents of `filtered`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from synth_assets.corpus.plain import Columns, read_frames
from synth_assets.corpus.store import Store
from synth_assets.errors import CancelledError, InputError
from synth_assets.generation.spec import REFERENCE, EngineSpec, NgramSpec
from synth_assets.hashing import digest_file, digest_files, digest_json
from synth_assets.profile.model import Profile
from synth_assets.profile.modeling import MODEL_SUFFIX, ReferenceModel

VERSION = "1"
"""Raise by hand when the same texts and settings give another model."""

SUFFIX = MODEL_SUFFIX


@dataclass(frozen=True)
class Trained:
    """The model's file, its digest, the n-grams of each order, and its notes (see `training`)."""

    path: str
    digest: str
    sizes: tuple[int, ...]
    notes: dict[str, Any]


@dataclass(frozen=True)
class Training:
    """What is asked for, and how a long training is told to stop. Where the profile names neither
    batches nor files, it is all batches there are, or `batch` alone."""

    store: Store
    profile: Profile
    lang: str
    cancelled: Callable[[], bool] = field(default=lambda: False)
    batch: str | None = None

    @property
    def settings(self) -> ReferenceModel:
        return self.profile.reference_lms[self.lang]

    @property
    def batches(self) -> list[str]:
        """Of filtered, those that it is trained on. Raises InputError where one is not there."""
        if self.settings.files:
            return []
        there = self.store.batches("filtered")
        named = [self.batch] if self.batch else there
        chosen = named if self.settings.batches is None else self.settings.batches
        if missing := [batch for batch in chosen if batch not in there]:
            raise InputError(
                f"reference_lms.{self.lang}.batches names {', '.join(missing)}, and filtered has "
                f"no such batch; it has {', '.join(there) or 'none'}"
            )
        return list(chosen)

    def texts(self) -> Iterator[pl.Series]:
        """Some megabytes at a time."""
        from synth_assets.filtering.stage import slices

        for frame in self._frames():
            for some in slices(frame.filter(pl.col("text").str.len_bytes() > 0)):
                if self.cancelled():
                    raise CancelledError(f"{name_of(self.lang)}: stopped on request")
                yield some["text"]

    def _frames(self) -> Iterator[pl.DataFrame]:
        """Files are taken to be in the language, but for rows that say otherwise."""
        if self.settings.files:
            frames = read_frames([Path(file) for file in self.settings.files], Columns())
            for frame in frames:
                has_lang = "lang" in frame.columns
                yield frame.filter(pl.col("lang") == self.lang) if has_lang else frame
            return
        for batch in self.batches:
            for frame in self.store.open("filtered", batch).frames(["lang", "text"]):
                yield frame.filter(pl.col("lang") == self.lang)

    def inputs(self) -> dict[str, str]:
        """Data versions of what is read."""
        if self.settings.files:
            return {"files": digest_files(Path(file) for file in self.settings.files)}
        return {
            f"filtered/{batch}": self.store.open("filtered", batch).data_version
            for batch in self.batches
        }


def name_of(lang: str) -> str:
    """The asset's name."""
    return f"{REFERENCE}{lang}"


def code_version(profile: Profile, lang: str) -> str:
    """Digest of all that shapes the model but for the texts."""
    settings = profile.reference_lms[lang].model_dump(mode="json")
    return digest_json(["reference_lm", VERSION, lang, settings])


def file_of(lang: str) -> str:
    """The model's file among those of the store."""
    return f"{name_of(lang)}{SUFFIX}"


def named_by(profile: Profile, spec: EngineSpec) -> list[str]:
    """Languages of whose models this profile trains the engine is told the file."""
    if not isinstance(spec, NgramSpec):
        return []
    files = Store(profile.root).files
    trained = {lang: files.path(file_of(lang)) for lang in profile.reference_lms}
    return [lang for lang, path in spec.models.items() if trained.get(lang) == path]


def versions(profile: Profile, spec: EngineSpec) -> dict[str, str]:
    """Data versions of these models by the assets' names, of those that are there."""
    there = {lang: version(Store(profile.root), lang) for lang in named_by(profile, spec)}
    return {name_of(lang): found for lang, found in there.items() if found is not None}


def version(store: Store, lang: str) -> str | None:
    """Data version of the model as it is now; None where there is none yet."""
    name = file_of(lang)
    return store.files.digest(name) if store.files.exists(name) else None


def train_first(training: Training) -> Trained | None:
    """Train a model that is not there yet, from texts that are; None where either is not so."""
    if training.store.files.exists(file_of(training.lang)):
        return None
    return train_reference(training) if any(True for _ in training.texts()) else None


def train_reference(training: Training) -> Trained:
    """Train, and publish the file whole or not at all.

    Raises InputError where there are no texts in the language, CancelledError when asked to stop.
    """
    from synth_assets.modeling import training as models
    from synth_assets.modeling.model_file import save_model

    settings, files = training.settings, training.store.files
    name = file_of(training.lang)
    inputs = training.inputs()
    asked = models.Training(
        settings.order, tuple(settings.min_counts), settings.max_words, settings.max_tokens
    )
    with files.lock(name), files.staging(name) as staged:
        model = models.train(training.texts, asked)
        model.notes.update(lang=training.lang, inputs=inputs)
        save_model(staged, model)
        found = digest_file(staged)
        files.publish(staged, name)
    return Trained(files.path(name), found, model.sizes, model.notes)
