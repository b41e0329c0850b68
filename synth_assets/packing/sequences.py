"""Rows of the packed corpus: tokens of whole bins with their boundaries and spans."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.schema import Schema
from synth_assets.hashing import digest
from synth_assets.packing.bestfit import Pieces

FRAME_TOKENS = 1 << 20
"""Tokens of the sequences that are held in memory at once."""

COLUMNS: Schema = {
    # digest of the tokenizer, the length and the spans
    "seq_id": pl.String(),
    # token ids, unpadded: a trainer pads up to the sequence length, or concatenates
    "input_ids": pl.List(pl.Int32()),
    # offsets of the document boundaries, from 0 to n_tokens; attention need not cross them, and
    # position ids, which are not stored, restart from 0 at each
    "cu_seqlens": pl.List(pl.Int32()),
    # tokens start..end of the sequence are tokens doc_start.. of the document, whose last one is
    # the end-of-text token
    "spans": pl.List(
        pl.Struct(
            {
                "doc_id": pl.String(),
                "start": pl.Int32(),
                "end": pl.Int32(),
                "doc_start": pl.Int64(),
            }
        )
    ),
    "n_tokens": pl.Int64(),
    # tokens missing to the sequence length
    "n_pad": pl.Int64(),
}


class Gatherer:
    """Makes rows of bins from the pieces, the documents' ids and their tokens on disk."""

    def __init__(
        self,
        pieces: Pieces,
        doc_ids: pl.Series,
        tokens: NDArray[np.int32],
        lengths: NDArray[np.int64],
        *,
        capacity: int,
        label: str,
    ) -> None:
        self._pieces = pieces
        self._doc_ids = doc_ids
        self._tokens = tokens
        self._offsets = np.cumsum(lengths) - lengths
        self._capacity = capacity
        self._label = label

    def frames(self, bins: list[NDArray[np.int64]]) -> Iterator[pl.DataFrame]:
        """The bins in order, about FRAME_TOKENS tokens a frame."""
        per_frame = max(1, FRAME_TOKENS // self._capacity)
        for start in range(0, len(bins), per_frame):
            rows = [self._row(members) for members in bins[start : start + per_frame]]
            columns = {name: [row[name] for row in rows] for name in COLUMNS}
            yield pl.DataFrame(columns, schema=dict(COLUMNS))

    def _row(self, members: NDArray[np.int64]) -> dict[str, object]:
        document = self._pieces.document[members]
        doc_start = self._pieces.start[members]
        length = self._pieces.length[members]
        edges = np.concatenate([[0], np.cumsum(length)])
        first = self._offsets[document] + doc_start
        spans = [
            {"doc_id": doc_id, "start": start, "end": end, "doc_start": offset}
            for doc_id, start, end, offset in zip(
                self._doc_ids.gather(document).to_list(),
                edges[:-1].tolist(),
                edges[1:].tolist(),
                doc_start.tolist(),
                strict=True,
            )
        ]
        places = zip(first.tolist(), length.tolist(), strict=True)
        tokens = np.concatenate([self._tokens[at : at + size] for at, size in places])
        return {
            "seq_id": self._seq_id(spans),
            "input_ids": tokens,
            "cu_seqlens": edges,
            "spans": spans,
            "n_tokens": len(tokens),
            "n_pad": self._capacity - len(tokens),
        }

    def _seq_id(self, spans: list[dict[str, object]]) -> str:
        parts = (f"{span['doc_id']}:{span['doc_start']}:{span['end']}" for span in spans)
        return digest("sequence", self._label, str(self._capacity), *parts)
