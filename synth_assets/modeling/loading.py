"""A model by the name of its file, ours or an ARPA file."""

from functools import lru_cache
from pathlib import Path

from synth_assets.errors import InputError
from synth_assets.modeling.arpa import read_arpa
from synth_assets.modeling.model_file import load_model
from synth_assets.modeling.ngram import NgramModel

MODELS_HELD = 4


@lru_cache(maxsize=MODELS_HELD)
def open_model(path: str, _version: str = "") -> NgramModel:
    """`_version` is the digest of the file, which may change under its name.

    Raises InputError for a file that is no model, or lies elsewhere than on a disk."""
    if "://" in path:
        raise InputError(f"{path} cannot be mapped into memory; copy the model to a local disk")
    if path.endswith((".arpa", ".arpa.gz")):
        return read_arpa(Path(path))
    return load_model(Path(path))
