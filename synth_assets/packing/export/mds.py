"""MosaicML streaming's MDS shards: `shard.00000.mds` and so on, and `index.json`.

A shard: the number of samples and the offset of each and of the end (u32), the columns as JSON,
then the samples; a sample: the sizes of its columns (u32), then their bytes. An array is its number
of dimensions and the type of its shape in one byte, its shape, its values.
"""

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from synth_assets.errors import InputError
from synth_assets.packing.export.shards import Shards, Target

VERSION = 2
ARRAYS = ("cu_seqlens", "input_ids")
SHAPE_AS_U32 = 1 << 2 | 2
"""One dimension, whose size is a u32."""

MAX_BYTES = 1 << 32
"""Offsets are u32."""


class Writer(Shards):
    """Arrays as `ndarray:int32`, everything else as text or JSON; columns sorted by name."""

    def __init__(self, folder: Path, target: Target) -> None:
        super().__init__(folder, target)
        self._shards: list[dict[str, Any]] = []

    def begin(self, shard: Path) -> None:
        self._name = f"shard.{shard.name}.mds"
        self._samples: list[bytes] = []

    def add(self, rows: pl.DataFrame) -> None:
        self._columns = {name: _encoding(name, rows.schema[name]) for name in sorted(rows.columns)}
        for row in rows.select(sorted(rows.columns)).iter_rows():
            parts = [
                _encode(encoding, value)
                for encoding, value in zip(self._columns.values(), row, strict=True)
            ]
            sizes = np.array([len(part) for part in parts], dtype="<u4").tobytes()
            self._samples.append(sizes + b"".join(parts))

    def end(self) -> None:
        about = {
            "version": VERSION,
            "format": "mds",
            "compression": None,
            "hashes": [],
            "size_limit": None,
            "column_names": list(self._columns),
            "column_encodings": list(self._columns.values()),
            "column_sizes": [None] * len(self._columns),
        }
        text = orjson.dumps(about, option=orjson.OPT_SORT_KEYS)
        begin = 4 + 4 * (len(self._samples) + 1) + len(text)
        ends = begin + np.cumsum([0, *map(len, self._samples)])
        if ends[-1] >= MAX_BYTES:
            raise InputError(
                f"a shard of {ends[-1]:,} bytes is more than MDS can hold, {MAX_BYTES:,}; give "
                f"shards fewer tokens"
            )
        head = np.uint32(len(self._samples)).tobytes() + ends.astype("<u4").tobytes()
        data = b"".join([head, text, *self._samples])
        (self.folder / self._name).write_bytes(data)
        file = {"basename": self._name, "bytes": len(data), "hashes": {}}
        self._shards.append(
            about | {"samples": len(self._samples), "raw_data": file, "zip_data": None}
        )
        self._samples = []

    def finish(self) -> None:
        index = {"version": VERSION, "shards": self._shards}
        data = orjson.dumps(index, option=orjson.OPT_SORT_KEYS)
        (self.folder / "index.json").write_bytes(data)


def _encoding(name: str, kind: pl.DataType) -> str:
    if name in ARRAYS:
        return "ndarray:int32"
    return "str" if name == "seq_id" and kind == pl.String() else "json"


def _encode(encoding: str, value: Any) -> bytes:
    if encoding == "str":
        return str(value).encode()
    if encoding == "json":
        return orjson.dumps(value)
    values = np.asarray(value, dtype="<i4")
    return bytes([SHAPE_AS_U32]) + np.uint32(len(values)).tobytes() + values.tobytes()
