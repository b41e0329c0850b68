"""The attribute `boilerplate`: lines that many pages of a registered domain share within a batch.

Menus, notices and footers that the extraction left in. A first pass over the batch counts, in
memory of a fixed size, on how many pages each line of each domain stands (a count-min sketch:
Cormode and Muthukrishnan 2005), a second one measures each document's share of such lines.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from synth_assets.filtering.attribute import Attribute
from synth_assets.filtering.rules import Rule
from synth_assets.hashing import digest_json
from synth_assets.ingest.domains import registered_domain
from synth_assets.profile.filtering import FilteringProfile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERSION = "1"
"""Raise by hand when the same batch gives other shares."""

COLUMNS: dict[str, pl.DataType] = {"boilerplate_share": pl.Float64()}
"""Share of the characters of all lines; null where the address has no registered domain."""

MIN_CHARS = 15
"""Shorter lines ("Example", "See also") are repeated in every text and count as its own."""

CELLS = 1 << 24
SEEDS = (1, 2)
"""Two rows of 16 million cells of a byte: a line is counted too high only where others fall on both
of its cells."""


class PageCounts:
    """On how many pages of its domain a line stands, at least; 255 and more are 255."""

    @cached_property
    def rows(self) -> "list[NDArray[np.uint8]]":
        import numpy as np

        return [np.zeros(CELLS, dtype=np.uint8) for _ in SEEDS]

    def add(self, documents: pl.DataFrame) -> None:
        """Counts every line once per document."""
        import numpy as np

        lines = _lines(documents).unique(["document", "domain", "line"])
        for row, cells in zip(self.rows, _cells(lines), strict=True):
            found, times = np.unique(cells, return_counts=True)
            row[found] = np.minimum(row[found] + times, 255)
            row[0] = 0

    def of(self, lines: pl.DataFrame) -> pl.Series:
        """The counts of some lines."""
        import numpy as np

        counts = [row[cells] for row, cells in zip(self.rows, _cells(lines), strict=True)]
        return pl.Series("pages", np.minimum.reduce(counts))


def attribute(profile: FilteringProfile) -> Attribute:
    settings = profile.boilerplate
    if settings is None:
        return Attribute("boilerplate", VERSION, COLUMNS, _unmeasured)
    counts = PageCounts()
    return Attribute(
        "boilerplate",
        digest_json([VERSION, settings.min_pages]),
        COLUMNS,
        lambda documents: measure(documents, counts, settings.min_pages),
        [Rule.at_most("boilerplate", "boilerplate_share", settings.max_share)],
        survey=lambda frames: survey(frames, counts),
    )


def survey(frames: Iterator[pl.DataFrame], counts: PageCounts) -> None:
    """The first pass: `url` and `text` of all documents of the batch."""
    for documents in frames:
        counts.add(documents)


def measure(documents: pl.DataFrame, counts: PageCounts, min_pages: int) -> pl.DataFrame:
    """COLUMNS of every document, given the counts of its batch."""
    import numpy as np

    lines = _lines(documents)
    repeated = (counts.of(lines) >= min_pages).alias("repeated")
    length = pl.col("line").str.len_chars()
    shares = (
        lines.with_columns(repeated)
        .group_by("document")
        .agg((length.filter("repeated").sum() / length.sum()).alias("boilerplate_share"))
    )
    every = pl.DataFrame({"document": np.arange(documents.height, dtype=np.uint32)})
    return every.join(shares, on="document", how="left", maintain_order="left").select(
        COLUMNS.keys()
    )


def _unmeasured(documents: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame({name: [None] * documents.height for name in COLUMNS}, schema=COLUMNS)


def _lines(documents: pl.DataFrame) -> pl.DataFrame:
    """`document` (its number), `domain` and `line` of all lines, with a domain, that count."""
    domains = [registered_domain(url) if url else None for url in documents["url"]]
    return (
        documents.select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("document"),
            pl.Series("domain", domains, dtype=pl.String),
            pl.col("text").fill_null("").str.split("\n").alias("line"),
        )
        .filter(pl.col("domain").is_not_null())
        .explode("line")
        .with_columns(pl.col("line").str.strip_chars())
        .filter(pl.col("line").str.len_chars() > 0)
    )


def _cells(lines: pl.DataFrame) -> "Iterator[NDArray[np.int64]]":
    """Each line's cell in every row; those too short to count share the first, which stays 0."""
    import numpy as np

    own = lines["line"].str.len_chars().to_numpy() >= MIN_CHARS
    for seed in SEEDS:
        hashes = lines.select(pl.struct("domain", "line").hash(seed)).to_series().to_numpy()
        yield np.where(own, hashes % np.uint64(CELLS - 1) + np.uint64(1), 0).astype(np.int64)
