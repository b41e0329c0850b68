"""Parquet files with all columns, as `datasets.load_dataset` reads them."""

from pathlib import Path

import polars as pl

from synth_assets.corpus.writer import TableFile
from synth_assets.packing.export.shards import Shards


class Writer(Shards):
    """`00000.parquet` and so on, zstd, with row groups of about 64 MB."""

    _table: TableFile | None = None

    def begin(self, shard: Path) -> None:
        self._path = shard.with_name(f"{shard.name}.parquet")

    def add(self, rows: pl.DataFrame) -> None:
        if self._table is None:
            self._table = TableFile(self._path, rows.schema, "export")
        self._table.add(rows)

    def end(self) -> None:
        assert self._table is not None
        self._table.finish()
        self._table = None
