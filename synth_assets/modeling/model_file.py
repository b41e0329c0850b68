"""The file of an n-gram model: one file, mapped into memory, the same bytes for the same model.

    magic (8 bytes), length of the header (8 bytes, little-endian), header (JSON), arrays

The header names the arrays with type, length and offset from the file's begin, each a multiple of
64; all numbers are little-endian.
"""

from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from synth_assets.errors import InputError
from synth_assets.modeling import splitting
from synth_assets.modeling.ngram import NgramModel, Trie
from synth_assets.modeling.vocabulary import Vocabulary

MAGIC = b"SANGRAM1"
ALIGNMENT = 64
ARRAYS = {
    "words": "<u4",
    "scores": "<f4",
    "starts": "<i8",
    "backoffs": "<f4",
    "word_bytes": "|u1",
    "word_ends": "<i8",
    "word_hashes": "<u8",
}


def save_model(path: Path, model: NgramModel) -> None:
    """Write what `load_model` reads."""
    arrays = _arrays(model)
    header = {"splitting": splitting.VERSION, "sizes": list(model.sizes), "notes": model.notes}
    lengths = {name: len(array) for name, array in arrays.items()}
    # the offsets stand in the header, whose length they shift: room for them is kept
    widest = {name: [1 << 62, 1 << 62] for name in arrays}
    room = len(orjson.dumps(header | {"arrays": widest}))
    at = _aligned(len(MAGIC) + 8 + room)
    placed: dict[str, list[int]] = {}
    for name, array in arrays.items():
        placed[name] = [at, lengths[name]]
        at = _aligned(at + array.nbytes)
    text = orjson.dumps(header | {"arrays": placed}, option=orjson.OPT_SORT_KEYS).ljust(room)
    with path.open("wb") as stream:
        stream.write(MAGIC + len(text).to_bytes(8, "little") + text)
        for name, array in arrays.items():
            stream.write(b"\0" * (placed[name][0] - stream.tell()))
            array.tofile(stream)


def load_model(path: Path) -> NgramModel:
    """Raises InputError for a file that is torn or none of ours."""
    header = _header(path)
    if header["splitting"] != splitting.VERSION:
        raise InputError(
            f"{path} was trained on words split by version {header['splitting']}, and this is "
            f"version {splitting.VERSION}; train it again"
        )
    mapped = np.memmap(path, dtype=np.uint8, mode="r")
    arrays = {name: _mapped(path, mapped, header["arrays"][name], ARRAYS[name]) for name in ARRAYS}
    trie = Trie(arrays["words"], arrays["scores"], arrays["starts"], arrays["backoffs"])
    vocabulary = Vocabulary(arrays["word_bytes"], arrays["word_ends"], arrays["word_hashes"])
    return NgramModel(trie, tuple(header["sizes"]), vocabulary, header["notes"])


def _arrays(model: NgramModel) -> dict[str, NDArray[Any]]:
    vocabulary = model.vocabulary
    arrays = {
        **model.trie._asdict(),
        "word_bytes": vocabulary.data,
        "word_ends": vocabulary.ends,
        "word_hashes": vocabulary.hashes,
    }
    return {name: np.ascontiguousarray(arrays[name], dtype=kind) for name, kind in ARRAYS.items()}


def _header(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            is_ours = stream.read(len(MAGIC)) == MAGIC
            length = int.from_bytes(stream.read(8), "little")
            header = orjson.loads(stream.read(length)) if is_ours else None
    except (OSError, orjson.JSONDecodeError) as error:
        raise InputError(f"{path} cannot be read as an n-gram model: {error}") from None
    if header is None:
        raise InputError(
            f"{path} is no n-gram model; allowed are files written by this project and ARPA files "
            f"(.arpa, .arpa.gz). KenLM's binary files are read by the package kenlm alone: keep "
            f"the ARPA file that they were made from"
        )
    return dict(header)


def _mapped(path: Path, mapped: Any, place: list[int], kind: str) -> NDArray[Any]:
    at, length = place
    dtype = np.dtype(kind)
    end = at + length * dtype.itemsize
    if end > len(mapped):
        raise InputError(f"{path} is torn: it has {len(mapped)} bytes of {end} or more")
    found: NDArray[Any] = np.frombuffer(mapped, dtype=dtype, count=length, offset=at)
    return found


def _aligned(at: int) -> int:
    return -(-at // ALIGNMENT) * ALIGNMENT
