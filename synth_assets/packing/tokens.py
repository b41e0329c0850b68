"""The tokens of a batch on disk: written once in document order, read back by position."""

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

TOKEN = np.dtype("<i4")


class TokenFile:
    """Token ids of many documents end to end, 4 bytes each, memory-mapped for reading.

    Memory holds one length per document; the tokens themselves stay on disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("wb")
        self._lengths: list[NDArray[np.int64]] = []

    def append(self, documents: list[NDArray[np.int32]]) -> None:
        """Add the documents of one row group."""
        self._lengths.append(np.array([len(item) for item in documents], dtype=np.int64))
        for tokens in documents:
            self._stream.write(tokens.astype(TOKEN, copy=False).tobytes())

    def finish(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Lengths of the documents, and all tokens as one read-only array."""
        self._stream.close()
        lengths = np.concatenate([np.empty(0, dtype=np.int64), *self._lengths])
        if not lengths.sum():  # an empty file cannot be mapped
            return lengths, np.empty(0, dtype=TOKEN)
        return lengths, np.memmap(self._path, dtype=TOKEN, mode="r")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
