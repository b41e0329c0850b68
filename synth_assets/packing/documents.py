"""The tokens of a batch's documents beside `packed`: a table, and one file of tokens."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.names import sidecar_file
from synth_assets.corpus.store import Corpus, Store
from synth_assets.errors import CorpusError
from synth_assets.packing.fast_bpe import Int32s
from synth_assets.packing.strata import STRATUM_COLUMNS

TABLE = "documents"
TOKENS = "tokens.bin"
ENCODING = "tokenizer"
"""Key among the footer's inputs: the digest of tokenizer and framing."""

NARROW_VOCABULARY = 1 << 16

DOCUMENTS: dict[str, pl.DataType] = {
    "doc_id": pl.String(),
    # digest of the text that was encoded
    "text_key": pl.String(),
    **STRATUM_COLUMNS,
    "license": pl.String(),
    # first token in tokens.bin, and number of tokens from there, framing included
    "offset": pl.Int64(),
    "n_tokens": pl.Int64(),
    # end-of-text tokens and injected ids among them
    "n_framing": pl.Int64(),
}

Tokens = NDArray[np.uint16] | NDArray[np.uint32] | NDArray[np.int32]


def token_dtype(vocab_size: int) -> np.dtype[np.uint16] | np.dtype[np.uint32]:
    """The narrowest little-endian type for ids below `vocab_size`."""
    return np.dtype("<u2") if vocab_size <= NARROW_VOCABULARY else np.dtype("<u4")


@dataclass(frozen=True)
class Documents:
    """Documents with their tokens. `tokens` may be memory-mapped."""

    table: pl.DataFrame
    tokens: Tokens

    def tokens_of(self, row: int) -> Int32s:
        offset, count = self.table.select("offset", "n_tokens").row(row)
        return self.tokens[offset : offset + count].astype(np.int32)


def open_documents(store: Store, batch: str) -> Documents:
    """The documents of a published batch of `packed`.

    Raises CorpusError where the batch is missing, does not balance, or was packed by a version
    that kept no tokens.
    """
    return documents_of(store.open("packed", batch))


def documents_of(packed: Corpus) -> Documents:
    """The same of an opened corpus."""
    if not {TABLE, TOKENS} <= set(packed.footer.sidecars):
        raise CorpusError(
            f"{packed.path} was packed by a version that kept no tokens; materialize packed for "
            f"batch {packed.batch} again"
        )
    table = pl.concat(packed.sidecar_frames(TABLE))
    count = int(table["n_tokens"].sum())
    return Documents(table, _map(packed, count))


def _map(packed: Corpus, count: int) -> Tokens:
    """The token file as a read-only array; one that is not local is first copied to a file that
    goes with the array."""
    if not count:
        return np.empty(0, dtype=np.uint16)
    if packed.files.is_local:
        return _mapped(Path(packed.sidecar_path(TOKENS)), count)
    with tempfile.NamedTemporaryFile(dir=packed.files.scratch) as copy:
        with packed.files.open(_token_file(packed)) as stream:
            shutil.copyfileobj(stream, copy)
        copy.flush()
        return _mapped(Path(copy.name), count)


def _mapped(path: Path, count: int) -> Tokens:
    width = path.stat().st_size // count
    return np.asarray(np.memmap(path, dtype=f"<u{width}", mode="r", shape=(count,)))


def _token_file(packed: Corpus) -> str:
    return sidecar_file(TOKENS, packed.name, packed.batch, packed.footer.sidecars[TOKENS])


class DocumentsFile:
    """Writes the token file and keeps the table: about 200 bytes of memory per document."""

    def __init__(self, path: Path, vocab_size: int) -> None:
        self._stream = path.open("wb")
        self._path = path
        self._dtype = token_dtype(vocab_size)
        self._rows: list[pl.DataFrame] = []
        self._written = 0

    def add(self, rows: pl.DataFrame, tokens: Sequence[Int32s], n_framing: Sequence[int]) -> None:
        """Documents in order; `rows` has all columns but the counts and the offset."""
        lengths = np.array([len(item) for item in tokens], dtype=np.int64)
        offsets = self._written + np.cumsum(lengths) - lengths
        for item in tokens:
            self._stream.write(item.astype(self._dtype).tobytes())
        self._written += int(lengths.sum())
        counts = pl.DataFrame(
            {"offset": offsets, "n_tokens": lengths, "n_framing": list(n_framing)},
            schema={name: DOCUMENTS[name] for name in ("offset", "n_tokens", "n_framing")},
        )
        self._rows.append(pl.concat([rows, counts], how="horizontal").select(*DOCUMENTS))

    def finish(self) -> Documents:
        self._stream.close()
        table = pl.concat([pl.DataFrame(schema=DOCUMENTS), *self._rows])
        self._rows.clear()
        count = int(table["n_tokens"].sum())
        if not count:  # an empty file cannot be mapped
            return Documents(table, np.empty(0, dtype=self._dtype))
        return Documents(table, _mapped(self._path, count))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
