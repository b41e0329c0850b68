"""A place for every document that depends on its id and a seed alone.

So the choice of documents does not depend on the batches they came in or on the order of those.
"""

from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.errors import ReleaseError

UInt64s = NDArray[np.uint64]

_WORD = (1 << 64) - 1


def mix(values: UInt64s) -> UInt64s:
    """The 64-bit finalizer of SplitMix (Steele et al. 2014), a bijection that looks random."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return cast("UInt64s", values ^ (values >> np.uint64(31)))


def seeded(values: UInt64s, seed: int) -> UInt64s:
    """The values in another arrangement for every seed."""
    step = np.uint64((seed + 1) * 0x9E3779B97F4A7C15 & _WORD)
    with np.errstate(over="ignore"):
        return mix(mix(values + step))


def selection_keys(doc_ids: pl.Series, seed: int) -> UInt64s:
    """64 bits per id of 32 hex digits. Raises ReleaseError for another kind of id."""
    halves = doc_ids.to_frame("id").select(
        high=_half(0),
        low=_half(8),
        fits=pl.col("id").str.contains("^[0-9a-f]{32}$"),
    )
    if not halves["fits"].all():
        wrong = doc_ids.filter(~halves["fits"])[0]
        raise ReleaseError(f"doc_id {wrong!r} is not an id of 32 hex digits; it names no document")
    high, low = (halves[name].to_numpy() for name in ("high", "low"))
    return mix(high ^ seeded(low, seed))


def _half(start: int) -> pl.Expr:
    decoded = pl.col("id").str.decode("hex", strict=False)
    return decoded.bin.slice(start, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big")
