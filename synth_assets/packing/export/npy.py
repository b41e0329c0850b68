"""NumPy files: an array (sequences, capacity) each, for `numpy.load`, memory-mapped or not."""

from pathlib import Path

import numpy as np

from synth_assets.packing.export import memmap

HEADER_BYTES = 128
"""What NumPy's format 1.0 takes for an array of two dimensions, whatever the number of rows."""


class Writer(memmap.Writer):
    """`00000.npy`, padded."""

    ending = "npy"

    def begin(self, shard: Path) -> None:
        super().begin(shard)
        self._stream.write(bytes(HEADER_BYTES))  # the number of rows comes at the end

    def end(self) -> None:
        self._stream.seek(0)
        about = {
            "descr": np.lib.format.dtype_to_descr(self.target.dtype),
            "fortran_order": False,
            "shape": (self.sequences, self.target.capacity),
        }
        np.lib.format.write_array_header_1_0(self._stream, about)
        if self._stream.tell() != HEADER_BYTES:
            raise AssertionError("NumPy's header has another size than the room left for it")
        super().end()
