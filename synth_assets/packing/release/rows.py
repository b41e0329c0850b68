"""The packed rows of a release, gathered from the document stores of many batches."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.schema import Schema
from synth_assets.packing.documents import Tokens, documents_of
from synth_assets.packing.mixture.inventory import Inventory
from synth_assets.packing.plan import Pieces, Plan
from synth_assets.packing.release.sequences import SEVERAL, Sequences
from synth_assets.packing.sequences import FRAME_TOKENS, Gatherer
from synth_assets.packing.strata import STRATUM
from synth_assets.packing.version import COLUMNS

RELEASE_COLUMNS: Schema = {
    **COLUMNS,
    "phase": pl.String(),
    # null where documents of several lie in the sequence
    "component": pl.String(),
    # how often the sequence's documents were there before; null where they differ
    "epoch": pl.Int32(),
}

ID_BYTES = 16


class Rows:
    """Where every document of an inventory lies: its id, its first token, its stratum. Takes 28
    bytes a document; tokens are mapped, not read."""

    def __init__(self, inventory: Inventory, components: Sequence[str], label: str) -> None:
        size = len(inventory)
        self._inventory = inventory
        self._components = pl.Series([*components, None], dtype=pl.String)
        self._label = label
        self._ids = np.empty(size, dtype=f"V{ID_BYTES}")
        self._offset = np.empty(size, dtype=np.int64)
        self._stratum = np.empty(size, dtype=np.int32)
        self._tokens: list[Tokens] = []
        numbers: dict[tuple[str | None, ...], int] = {}
        for number, batch in enumerate(inventory.batches):
            units = np.flatnonzero(inventory.batch == number)
            documents = documents_of(batch.packed)
            self._tokens.append(documents.tokens)
            rows = documents.table[inventory.row[units]]
            self._ids[units] = _packed_ids(rows["doc_id"])
            self._offset[units] = rows["offset"].to_numpy()
            self._stratum[units] = _numbered(rows, numbers)
        self._strata = pl.DataFrame(
            list(numbers), schema=dict.fromkeys(STRATUM, pl.String), orient="row"
        )

    def frames(self, sequences: Sequences, phase: str) -> Iterator[pl.DataFrame]:
        """The sequences in order as rows of RELEASE_COLUMNS, about FRAME_TOKENS tokens a frame."""
        plan = sequences.plan
        step = max(1, FRAME_TOKENS // plan.capacity)
        for first in range(0, len(plan), step):
            part = slice(first, min(first + step, len(plan)))
            frame = self._gathered(plan.part(part.start, part.stop))
            yield frame.with_columns(
                pl.lit(phase).alias("phase"),
                self._components.gather(sequences.component[part]).alias("component"),
                pl.Series("epoch", _known(sequences.epoch[part]), dtype=pl.Int32),
            ).select(*RELEASE_COLUMNS)

    def _gathered(self, plan: Plan) -> pl.DataFrame:
        units, places = np.unique(plan.pieces.document, return_inverse=True)
        documents = pl.DataFrame(
            {
                "doc_id": [bytes(value).hex() for value in self._ids[units]],
                "offset": self._offset[units],
                "n_tokens": self._inventory.length[units],
                "part": self._inventory.batch[units],
            }
        )
        pieces = Pieces(places.astype(np.int32), plan.pieces.start, plan.pieces.length)
        gatherer = Gatherer(documents, self._tokens, label=self._label)
        own = Plan(pieces, plan.ends, plan.capacity)
        frame = pl.concat(gatherer.frames(own))
        return frame.with_columns(self._common_stratum(plan))

    def _common_stratum(self, plan: Plan) -> list[pl.Series]:
        """Each column of the stratum where all documents of a sequence have the same, else null."""
        stratum = self._stratum[plan.pieces.document]
        first = plan.ends[:-1]
        columns = []
        for name in STRATUM:
            values = self._strata[name]
            codes = values.rank("dense").fill_null(0).to_numpy().astype(np.int64)[stratum]
            same = np.minimum.reduceat(codes, first) == np.maximum.reduceat(codes, first)
            column = values.gather(stratum[first])
            kept = pl.DataFrame({"value": column, "same": same}).select(
                pl.when("same").then("value").alias(name)
            )
            columns.append(kept[name])
        return columns


def _packed_ids(doc_ids: pl.Series) -> NDArray[np.void]:
    """Ids of 32 hex digits as 16 bytes each."""
    return np.frombuffer(bytes.fromhex("".join(doc_ids.to_list())), dtype=f"V{ID_BYTES}")


def _numbered(rows: pl.DataFrame, numbers: dict[tuple[str | None, ...], int]) -> NDArray[np.int32]:
    """The number of each row's stratum; new ones are added to `numbers`."""
    distinct = rows.select(*STRATUM).unique(maintain_order=True)
    known = [numbers.setdefault(values, len(numbers)) for values in distinct.iter_rows()]
    found = rows.select(*STRATUM).join(
        distinct.with_columns(number=pl.Series(known, dtype=pl.Int32)),
        on=list(STRATUM),
        nulls_equal=True,
        maintain_order="left",
    )
    return found["number"].to_numpy().astype(np.int32)


def _known(epochs: NDArray[np.int32]) -> list[int | None]:
    return [None if epoch == SEVERAL else int(epoch) for epoch in epochs]
