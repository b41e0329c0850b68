"""Megatron-LM's indexed datasets: `.bin` with the tokens, `.idx` with their places.

The index: 9 bytes of mark, version 1 (u64), a code for the type of token (u8), the numbers of
sequences and of document boundaries (u64 each), then per sequence its tokens (i32) and its byte
offset in `.bin` (i64), and the boundaries of documents as numbers of sequences (i64). A packed
sequence is a sequence and a document of its own: the trainer shuffles documents and cuts their
tokens at the sequence length, so that padded ones stay whole.
"""

import struct
from pathlib import Path

import numpy as np

from synth_assets.packing.export import memmap
from synth_assets.packing.export.shards import Target

MARK = b"MMIDIDX\x00\x00"
VERSION = 1
TYPE_CODES = {"uint16": 8, "int32": 4}


class Writer(memmap.Writer):
    """`00000.bin` and `00000.idx`."""

    def __init__(self, folder: Path, target: Target) -> None:
        super().__init__(folder, target)
        # the format knows no 32-bit unsigned type; ids are below 2**31
        self._type = "uint16" if target.dtype.itemsize == 2 else "int32"

    def begin(self, shard: Path) -> None:
        super().begin(shard)
        self._index = shard.with_name(f"{shard.name}.idx")

    def end(self) -> None:
        count, capacity = self.sequences, self.target.capacity
        width = self.target.dtype.itemsize
        head = struct.pack("<QBQQ", VERSION, TYPE_CODES[self._type], count, count + 1)
        lengths = np.full(count, capacity, dtype="<i4")
        offsets = np.arange(count, dtype="<i8") * capacity * width
        documents = np.arange(count + 1, dtype="<i8")
        parts = (MARK, head, lengths.tobytes(), offsets.tobytes(), documents.tobytes())
        self._index.write_bytes(b"".join(parts))
        super().end()
