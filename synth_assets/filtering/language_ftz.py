"""Reads fastText's quantized models (`.ftz`, version 12 of its format; Joulin et al. 2016).

A row of the input matrix is stored as one code of 8 bits for every two dimensions, and one for its
length; the centroids that the codes stand for come after them.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_assets.errors import InputError

MAGIC, VERSION = 793712314, 12
CENTROIDS = 256
_HIERARCHICAL_SOFTMAX, _SUPERVISED = 1, 3


class Ftz(NamedTuple):
    """`codes`, (words + n-grams, parts + 1): the centroid of each part of a row, and its length's;
    `centroids`, (parts, 256, dimensions of a part); `lengths`, (256,); `output`, (labels,
    dimensions); `ngrams`, (kept, 2), are hashes under `buckets` and their rows after the words'."""

    words: list[bytes]
    labels: tuple[str, ...]
    label_counts: NDArray[np.int64]
    ngrams: NDArray[np.int64]
    codes: NDArray[np.uint8]
    centroids: NDArray[np.float32]
    lengths: NDArray[np.float32]
    output: NDArray[np.float32]
    buckets: int


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, kind: str, count: int) -> NDArray[np.generic]:
        found = np.frombuffer(self._data, np.dtype(kind).newbyteorder("<"), count, self._at)
        self._at += found.nbytes
        return found

    def number(self, kind: str) -> int:
        return int(self.take(kind, 1)[0])

    def entry(self) -> tuple[bytes, int]:
        """A word of the dictionary or a label, and how often it occurred."""
        end = self._data.index(b"\0", self._at)
        word, self._at = self._data[self._at : end], end + 1
        count = self.number("i8")
        self._at += 1  # whether it is a label: those come last
        return word, count


def read_ftz(path: Path) -> Ftz:
    """Raises InputError for a model of another kind: only quantized classifiers with hierarchical
    softmax and character 2- to 4-grams, such as lid.176, are read."""
    reader = _Reader(path.read_bytes())
    if (reader.number("i4"), reader.number("i4")) != (MAGIC, VERSION):
        raise InputError(f"{path}: not a fastText model of version {VERSION}")
    arguments = reader.take("i4", 12).tolist()
    dimensions, loss, kind, buckets = (arguments[place] for place in (0, 6, 7, 8))
    orders, word_ngrams = arguments[9:11], arguments[5]
    if (loss, kind, word_ngrams, orders) != (_HIERARCHICAL_SOFTMAX, _SUPERVISED, 1, [2, 4]):
        raise InputError(f"{path}: not a classifier like lid.176 (loss, kind or n-grams differ)")
    reader.take("f8", 1)  # the sampling threshold of training
    _, n_words, n_labels = reader.take("i4", 3).tolist()
    _, kept = reader.take("i8", 2).tolist()
    words = [reader.entry()[0] for _ in range(n_words)]
    labels = [reader.entry() for _ in range(n_labels)]
    ngrams = reader.take("i4", 2 * kept).reshape(-1, 2).astype(np.int64)
    codes, centroids, lengths = _quantized(reader, path, dimensions)
    if reader.number("u1"):
        raise InputError(f"{path}: its output matrix is quantized, which is not read here")
    shape = tuple(reader.take("i8", 2).tolist())
    output = reader.take("f4", shape[0] * shape[1]).reshape(shape).astype(np.float32)
    names = tuple(label.decode().removeprefix("__label__") for label, _ in labels)
    counts = np.array([count for _, count in labels], dtype=np.int64)
    return Ftz(words, names, counts, ngrams, codes, centroids, lengths, output, buckets)


def _quantized(
    reader: _Reader, path: Path, dimensions: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    if not (reader.number("u1") and reader.number("u1")):
        raise InputError(f"{path}: its input matrix is not quantized with lengths apart")
    n_rows = reader.take("i8", 2).tolist()[0]
    codes = reader.take("u1", reader.number("i4")).reshape(n_rows, -1)
    centroids = _centroids(reader)
    lengths = reader.take("u1", n_rows)
    if centroids.shape[0] * centroids.shape[2] != dimensions or centroids.shape[2] != 2:
        raise InputError(f"{path}: its rows are not quantized two dimensions at a time")
    return np.column_stack([codes, lengths]), centroids, _centroids(reader).ravel()


def _centroids(reader: _Reader) -> NDArray[np.float32]:
    """(parts, CENTROIDS, dimensions of a part)"""
    dimensions, n_parts, size, _ = reader.take("i4", 4).tolist()
    values = reader.take("f4", dimensions * CENTROIDS).astype(np.float32)
    return values.reshape(n_parts, CENTROIDS, size)
