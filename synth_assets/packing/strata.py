"""The parts of a batch that are packed apart, so that a release can weigh them as they are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STRATUM = ("kind", "recipe", "lang", "source", "tier")

STRATUM_COLUMNS: dict[str, pl.DataType] = {name: pl.String() for name in STRATUM}


def stratum_columns(documents: pl.DataFrame, sources: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """The stratum of each document; see the room's docstring for `source` and `tier`."""
    tier = pl.col("tier") if "tier" in documents.columns else pl.lit(None)
    return documents.select(
        "kind",
        "recipe",
        "lang",
        source=_named_source(sources),
        tier=tier.cast(pl.String),
    )


def _named_source(sources: Mapping[str, Sequence[str]]) -> pl.Expr:
    """The first name with a start that the URL or the input file's name has."""
    found = pl.lit(None, dtype=pl.String)
    for name, starts in reversed(list(sources.items())):
        fits = pl.any_horizontal(
            value.str.starts_with(start).fill_null(value=False)
            for start in starts
            for value in (pl.col("url"), pl.col("source").struct.field("file"))
        )
        found = pl.when(fits).then(pl.lit(name)).otherwise(found)
    return found


def each_stratum(
    documents: pl.DataFrame,
) -> "Iterator[tuple[dict[str, str | None], NDArray[np.int64]]]":
    """The strata in order of their names, nulls first, each with the rows of its documents."""
    import numpy as np

    rows = documents.select(*STRATUM).with_row_index("_row")
    groups = rows.group_by(*STRATUM).agg("_row").sort(*STRATUM, nulls_last=False)
    for values in groups.iter_rows(named=True):
        numbers = np.array(values.pop("_row"), dtype=np.int64)
        yield values, np.sort(numbers)
