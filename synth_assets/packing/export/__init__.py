"""Packed rows in the forms that trainers read.

Each form is a file of this room with one class, a `Shards`; all take the same stream of rows of one
length and write shards of bounded size. Rows may have columns beside those of `packed`, which are
kept wherever a form has room for columns. Forms without that room (`megatron`, `npy`, `memmap`)
hold sequences padded to their length with the end-of-text token, so that a trainer that cuts
tokens by position meets every sequence whole; beside each shard lies `<shard>.rows.parquet`, with
all columns but the tokens: boundaries, spans and true lengths.
"""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import polars as pl

from synth_assets.errors import InputError
from synth_assets.packing.export.shards import Shards, Target

__all__ = ["FORMS", "Target", "export_rows"]

FORMS = ("parquet", "mds", "megatron", "npy", "memmap")


def export_rows(form: str, rows: Iterable[pl.DataFrame], folder: Path, target: Target) -> int:
    """Write the rows into a folder in one of FORMS; returns the number of shards.

    Memory holds a frame of the stream, for `mds` a shard. Raises InputError for another form.
    """
    if form not in FORMS:
        raise InputError(f"no export {form!r}; there are {', '.join(FORMS)}")
    writer: type[Shards] = import_module(f"synth_assets.packing.export.{form}").Writer
    folder.mkdir(parents=True, exist_ok=True)
    return writer(folder, target).write(rows)
