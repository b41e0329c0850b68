"""A model by the name of its file, ours or an ARPA file."""

import os
from functools import lru_cache
from pathlib import Path

from synth_assets.hashing import digest
from synth_assets.home import Home
from synth_assets.modeling.arpa import read_arpa
from synth_assets.modeling.model_file import load_model
from synth_assets.modeling.ngram import NgramModel

MODELS_HELD = 4


@lru_cache(maxsize=MODELS_HELD)
def open_model(path: str, version: str = "") -> NgramModel:
    """`version` is the digest of the file, which may change under its name. One on object storage
    is copied into the home once, since it is mapped into memory.

    Raises InputError for a file that is no model."""
    if "://" in path:
        path = str(_copied(path, version))
    if path.endswith((".arpa", ".arpa.gz")):
        return read_arpa(Path(path))
    return load_model(Path(path))


def _copied(url: str, version: str) -> Path:
    import fsspec

    name = url.rsplit("/", 1)[-1]
    target = Home.find().path / "reference_lm" / f"{digest(url, version)[:16]}.{name}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        filesystem, path = fsspec.core.url_to_fs(url)
        filesystem.get_file(path, str(staged))
        staged.replace(target)
    return target
