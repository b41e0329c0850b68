"""What earlier calls on plain files have seen: a folder of bands."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson
import polars as pl
import pyarrow.parquet as pq

from synth_assets.dedup.embedding import EMBEDDINGS, Int8s
from synth_assets.dedup.index import BANDS, MINHASH, Index, mapped
from synth_assets.dedup.pages import pages_with
from synth_assets.dedup.repeats import PARAGRAPHS, ParagraphIndex
from synth_assets.dedup.version import parameters
from synth_assets.errors import InputError
from synth_assets.profile.dedup import DedupProfile

ROWS = "rows.parquet"
KEY = b"synth_assets_bands"
"""Where rows.parquet says what its bands were made with."""


@dataclass(frozen=True)
class FileIndex:
    """A folder of bands that an earlier call wrote: rows.parquet, bands.npy and minhash.npy."""

    folder: Path
    admission: int

    @property
    def key(self) -> str:
        return str(self.folder)

    @cached_property
    def index(self) -> Index:
        return Index.at(self.folder / BANDS, self.folder / MINHASH)

    def rows(self, numbers: Sequence[int]) -> pl.DataFrame:
        chosen = pl.Series(numbers, dtype=pl.UInt32)
        return with_families(pages_with(str(self.folder / ROWS), "row", chosen)).sort("row")

    @cached_property
    def paragraphs(self) -> ParagraphIndex:
        return ParagraphIndex.at(self.folder / PARAGRAPHS)

    @cached_property
    def embeddings(self) -> Int8s:
        return mapped(self.folder / EMBEDDINGS)

    @cached_property
    def about(self) -> dict[str, object]:
        """Parameters and the columns of the files. Raises InputError where it is no such folder."""
        path = self.folder / ROWS
        metadata = (pq.read_metadata(path).metadata or {}) if path.exists() else {}
        if KEY not in metadata:
            raise InputError(f"{self.folder} holds no bands: write them with `--bands FOLDER`")
        about: dict[str, object] = orjson.loads(metadata[KEY])
        return about

    def check(self, dedup: DedupProfile) -> None:
        """Raises InputError for bands of other parameters."""
        for name, value in parameters(dedup).items():
            if self.about.get(name) != value:
                raise InputError(
                    f"the bands in {self.folder} were made with {name} = {self.about.get(name)}, "
                    f"now it is {value}; make them again, or use the same parameters"
                )


def with_families(rows: pl.DataFrame) -> pl.DataFrame:
    """Plain documents are natural ones, each a family of its own."""
    return rows.with_columns(
        family=pl.concat_list("doc_id"),
        parent_ids=pl.lit([], dtype=pl.List(pl.String)),
        kind=pl.lit("natural"),
        relation=pl.lit(None, dtype=pl.String),
    )
