"""A batch's bands and signatures as files that are mapped into memory, never read whole.

`bands.npy` is (bands + 1, entries) of uint64, each band sorted; an entry is the upper bits of a
band's hash (of the content hash in the last) and, in its lower `row_bits`, the row of `signatures`
that has it. `minhash.npy` is (rows, permutations) of uint32, read for candidates only.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.store import Corpus
from synth_assets.dedup.minhash import MinHasher
from synth_assets.text.columns import UInt32s, UInt64s

BANDS, MINHASH = "bands.npy", "minhash.npy"


@dataclass(frozen=True)
class Index:
    """Bands and signatures of one batch; its rows are in precedence."""

    bands: UInt64s
    minhash: UInt32s

    @classmethod
    def of(cls, corpus: Corpus) -> "Index":
        """That of a published batch of `signatures`."""
        return cls.at(*(local_copy(corpus, name) for name in (BANDS, MINHASH)))

    @classmethod
    def at(cls, bands: Path, minhash: Path) -> "Index":
        return cls(mapped(bands), mapped(minhash))

    @property
    def bits(self) -> int:
        return row_bits(len(self.minhash))

    @property
    def contents(self) -> UInt64s:
        """The last band, of content hashes."""
        return cast("UInt64s", self.bands[-1])

    @property
    def texts(self) -> UInt64s:
        """The bands of the texts, (bands, entries)."""
        return self.bands[:-1]


def row_bits(rows: int) -> int:
    """How many bits a row number takes."""
    return max(1, (rows - 1).bit_length())


def save_bands(
    path: Path, hasher: MinHasher, minhash: UInt32s, rows: NDArray[np.int64], contents: UInt64s
) -> None:
    """Write the bands of the chosen `rows` of all signatures, whose content keys are `contents`,
    (len(rows),). One band is in memory at a time."""
    bits = row_bits(len(minhash))
    with path.open("wb") as stream:  # a mapping cannot be empty
        shape = (hasher.bands + 1, len(rows))
        np.lib.format.write_array_header_1_0(
            stream, {"descr": "<u8", "fortran_order": False, "shape": shape}
        )
        for band in range(hasher.bands):
            stream.write(pack(hasher.band_hash(minhash, band)[rows], rows, bits).data)
        stream.write(pack(contents, rows, bits).data)


def pack(hashes: UInt64s, rows: NDArray[np.int64], bits: int) -> UInt64s:
    """(texts,) of hashes as the sorted entries of a band."""
    shift = np.uint64(bits)
    packed = hashes >> shift << shift
    packed |= rows.astype(np.uint64)
    packed.sort()
    return packed


def content_keys(contents: pl.Series) -> UInt64s:
    """The first 64 bits of content hashes in hex."""
    keys = contents.str.slice(0, 16).str.to_integer(base=16, dtype=pl.UInt64, strict=False)
    return keys.fill_null(0).to_numpy().astype(np.uint64)


def local_copy(corpus: Corpus, sidecar: str) -> Path:
    """Where a sidecar lies on this machine; on object storage it is fetched once per version."""
    path = corpus.sidecar_path(sidecar)
    if corpus.files.is_local:
        return Path(path)
    version = corpus.footer.sidecars[sidecar]
    kept = Path(tempfile.gettempdir()) / "synth_assets_bands" / f"{version}.{sidecar}"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as staged:
            corpus.files.filesystem.get_file(path, staged.name)
        Path(staged.name).replace(kept)
    return kept


def mapped(path: Path) -> NDArray[Any]:
    """An array whose pages are read when they are touched."""
    array = np.load(path, mmap_mode="r" if path.stat().st_size else None)
    return np.asarray(array)
