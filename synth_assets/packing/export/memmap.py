"""Tokens end to end without a header, as `numpy.memmap` and trainers such as nanotron and OLMo
read them: every `capacity` tokens are a sequence."""

from pathlib import Path
from typing import BinaryIO

import polars as pl

from synth_assets.packing.export.parquet import Writer as Rows
from synth_assets.packing.export.shards import Shards, padded


class Writer(Shards):
    """`00000.bin`, little-endian, 2 bytes a token where the vocabulary allows, else 4."""

    ending = "bin"
    _stream: BinaryIO
    _rows: Rows

    def begin(self, shard: Path) -> None:
        self._stream = shard.with_name(f"{shard.name}.{self.ending}").open("wb")
        self._rows = Rows(self.folder, self.target)
        self._rows.begin(shard.with_name(f"{shard.name}.rows"))
        self.sequences = 0

    def add(self, rows: pl.DataFrame) -> None:
        self._stream.write(padded(rows, self.target).tobytes())
        self._rows.add(rows.drop("input_ids"))
        self.sequences += rows.height

    def end(self) -> None:
        self._stream.close()
        self._rows.end()
