"""Packed rows: tokens of whole sequences with their document boundaries and spans."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from synth_assets.hashing import digest
from synth_assets.packing.documents import Tokens
from synth_assets.packing.fast_bpe import Int32s
from synth_assets.packing.gather_kernel import copy_pieces
from synth_assets.packing.plan import Plan
from synth_assets.packing.plan_kernel import Int64s
from synth_assets.packing.strata import STRATUM
from synth_assets.packing.version import COLUMNS

FRAME_TOKENS = 1 << 20
"""Tokens of the sequences that are held in memory at once."""


def position_ids(cu_seqlens: Sequence[int]) -> NDArray[np.int32]:
    """Position of each token of a sequence in its piece, from 0."""
    ends = np.asarray(cu_seqlens, dtype=np.int32)
    return np.arange(ends[-1], dtype=np.int32) - np.repeat(ends[:-1], np.diff(ends))


class Gatherer:
    """Makes packed rows of plans over documents.

    `documents` has `doc_id`, `offset` and `n_tokens`, and `part` where `tokens` are several arrays,
    as of several batches: the number of the array that `offset` counts in. Numbers of documents in
    a plan are rows of it. `label` is the framing's digest.
    """

    def __init__(self, documents: pl.DataFrame, tokens: Sequence[Tokens], *, label: str) -> None:
        self._doc_ids = documents["doc_id"]
        self._offsets = documents["offset"].to_numpy()
        self._parts = documents["part"].cast(pl.Int32).to_numpy() if len(tokens) > 1 else None
        self._tokens = tokens
        self._label = label

    def frames(
        self, plan: Plan, stratum: Mapping[str, str | None] | None = None
    ) -> Iterator[pl.DataFrame]:
        """The sequences in order as rows of COLUMNS, about FRAME_TOKENS tokens a frame."""
        step = max(1, FRAME_TOKENS // plan.capacity)
        for first in range(0, len(plan), step):
            yield self._frame(plan.part(first, min(first + step, len(plan))), stratum or {})

    def tokens_of(self, plan: Plan) -> Int32s:
        """The tokens of all its sequences, end to end."""
        pieces = plan.pieces
        first = self._offsets[pieces.document] + pieces.start
        out = np.empty(plan.tokens, dtype=np.int32)
        if self._parts is None:
            part = np.zeros(len(pieces), dtype=np.int32)
        else:
            part = self._parts[pieces.document]
        for number in np.unique(part).tolist():
            copy_pieces(self._tokens[number], first, pieces.length, part, number, out)
        return out

    def _frame(self, plan: Plan, stratum: Mapping[str, str | None]) -> pl.DataFrame:
        ends = _ends(plan)
        n_tokens = ends[plan.ends[1:]] - ends[plan.ends[:-1]]
        spans = self._spans(plan, ends)
        table = pa.table(
            {
                "input_ids": _lists(ends[plan.ends], pa.array(self.tokens_of(plan))),
                "cu_seqlens": _boundaries(plan, ends),
                "spans": _lists(plan.ends, spans.to_struct("spans").to_arrow()),
                "n_tokens": n_tokens,
                "n_pad": plan.capacity - n_tokens,
            }
        )
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)
        fixed = {name: stratum.get(name) for name in STRATUM} | {"seq_len": plan.capacity}
        return frame.with_columns(
            pl.Series("seq_id", self._seq_ids(plan, spans), dtype=pl.String),
            *(pl.lit(value, dtype=COLUMNS[name]).alias(name) for name, value in fixed.items()),
        ).select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())

    def _spans(self, plan: Plan, ends: Int64s) -> pl.DataFrame:
        """A row per piece; start and end count from the sequence's first token."""
        begin = np.repeat(ends[plan.ends[:-1]], np.diff(plan.ends))
        return pl.DataFrame(
            {
                "doc_id": self._doc_ids.gather(plan.pieces.document),
                "start": (ends[:-1] - begin).astype(np.int32),
                "end": (ends[1:] - begin).astype(np.int32),
                "doc_start": plan.pieces.start,
            }
        )

    def _seq_ids(self, plan: Plan, spans: pl.DataFrame) -> list[str]:
        parts = spans.select(pl.format("{}:{}:{}", "doc_id", "doc_start", "end")).to_series()
        pieces, capacity = parts.to_list(), str(plan.capacity)
        bounds = zip(plan.ends[:-1].tolist(), plan.ends[1:].tolist(), strict=True)
        return [
            digest("sequence", self._label, capacity, *pieces[low:high]) for low, high in bounds
        ]


def _ends(plan: Plan) -> Int64s:
    """Of every piece, counted over all sequences; 0 before the first."""
    ends = np.zeros(len(plan.pieces) + 1, dtype=np.int64)
    np.cumsum(plan.pieces.length, out=ends[1:])
    return ends


def _boundaries(plan: Plan, ends: Int64s) -> pa.Array:
    """cu_seqlens of every sequence: one entry more than it has pieces, the first 0."""
    count = np.diff(plan.ends)
    bounds = plan.ends + np.arange(len(plan.ends))
    values = np.zeros(int(bounds[-1]), dtype=np.int32)
    behind = np.ones(len(values), dtype=bool)
    behind[bounds[:-1]] = False
    values[behind] = ends[1:] - np.repeat(ends[plan.ends[:-1]], count)
    return _lists(bounds, pa.array(values))


def _lists(bounds: Int64s, values: pa.Array) -> pa.Array:
    return pa.LargeListArray.from_arrays(pa.array(bounds), values)
