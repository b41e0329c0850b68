"""Which documents a release holds, one by one for takedowns and in groups for its card."""

from pathlib import Path

import numpy as np
import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.corpus.writer import TableFile
from synth_assets.packing.documents import TABLE
from synth_assets.packing.release.planning import Contents
from synth_assets.packing.strata import STRATUM

LISTING = "documents.parquet"

COLUMNS: Schema = {
    "doc_id": pl.String(),
    "batch": pl.String(),
    "component": pl.String(),
    "lang": pl.String(),
    # whether it was rewritten or translated
    "synthetic": pl.Boolean(),
    # how often it lies in the release
    "times": pl.Int32(),
    # tokens of one time, its end-of-text token included
    "n_tokens": pl.Int32(),
}


def write_listing(contents: Contents, folder: Path) -> None:
    """Every document of a release once, batch by batch in the order of the batch."""
    inventory, times = contents.inventory, contents.composition.times
    cells = pl.DataFrame(
        [
            {"component": cell.component, "lang": cell.lang, "synthetic": cell.synthetic}
            for cell in contents.budget.cells
        ]
    )
    table = TableFile(folder / LISTING, COLUMNS, LISTING)
    try:
        for number, batch in enumerate(inventory.batches):
            units = np.flatnonzero((inventory.batch == number) & (times > 0))
            units = units[np.argsort(inventory.row[units], kind="stable")]
            frame = cells[inventory.cell[units]].with_columns(
                doc_id=batch.doc_ids().gather(inventory.row[units]),
                batch=pl.lit(batch.key),
                times=pl.Series(times[units]),
                n_tokens=pl.Series(inventory.length[units]),
            )
            table.add(frame)
        table.finish()
    finally:
        table.abandon()


def groups(contents: Contents) -> pl.DataFrame:
    """The documents by stratum and licence: `documents`, and in `n_tokens` the tokens of all their
    times. Memory holds one batch's strata at a time."""
    inventory, times = contents.inventory, contents.composition.times
    columns = [*STRATUM, "license"]
    sums = {"documents": pl.col("documents").sum(), "n_tokens": pl.col("n_tokens").sum()}
    parts = []
    for number, batch in enumerate(inventory.batches):
        units = np.flatnonzero((inventory.batch == number) & (times > 0))
        table = pl.concat(batch.packed.sidecar_frames(TABLE, columns))
        counted = table[inventory.row[units]].with_columns(
            documents=pl.lit(1, dtype=pl.Int64),
            n_tokens=pl.Series(inventory.length[units].astype(np.int64) * times[units]),
        )
        parts.append(counted.group_by(columns).agg(**sums))
    return pl.concat(parts).group_by(columns).agg(**sums).sort(columns)
