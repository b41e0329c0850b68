"""Repeated paragraphs of plain files: which documents lose some, and what they were."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from synth_assets.dedup.plain_files import PAGE, PlainFiles, TableWriter
from synth_assets.dedup.repeats import (
    Collector,
    Cut,
    ParagraphIndex,
    Repeats,
    drop_columns,
    seen_in,
)
from synth_assets.dedup.texts import OwnBatch, Seen
from synth_assets.text.columns import Int64s

TAKEN = pa.list_(pa.struct([("text", pa.string()), ("seen_in", pa.string())]))


def edited_file(out: Path) -> Path:
    """Where the documents lie as they were before paragraphs were taken out of them."""
    return out.with_suffix(".edited.parquet")


@dataclass(frozen=True)
class PlainEditor:
    """`cuts` are those of the documents that stay by all other rules, by row."""

    files: PlainFiles
    own: OwnBatch
    cuts: Mapping[int, Cut]
    names: Mapping[tuple[int, int], tuple[str, str]]

    @classmethod
    def nothing(cls, files: PlainFiles, own: OwnBatch) -> "PlainEditor":
        return cls(files, own, {}, {})

    @classmethod
    def of(
        cls,
        files: PlainFiles,
        own: OwnBatch,
        earlier: Sequence[Seen],
        indexes: tuple[ParagraphIndex, Sequence[ParagraphIndex]],
        *,
        collected: Collector,
        left: pl.Series,
    ) -> "PlainEditor":
        """Reads the texts that lose something, without those of the documents that `left`;
        `indexes` are the own batch's and those of the earlier ones."""
        repeats = Repeats(*indexes, collected.min_chars)
        losing = own.rows[repeats.losing(collected)]
        stays = losing.filter(~pl.col("doc_id").is_in(left.implode()))["row"]
        cuts: dict[int, Cut] = {}
        for rows, texts in files.texts(stays.to_numpy().astype(np.int64)):
            cuts |= {int(rows[cut.text]): cut for cut in repeats.cuts(texts, rows)}
        return cls(files, own, cuts, seen_in(list(cuts.values()), own, earlier))

    def verdicts(self) -> pl.DataFrame:
        """On the documents of which no long paragraph is left."""
        whole = {row: cut for row, cut in self.cuts.items() if cut.is_whole}
        return pl.DataFrame(
            [
                self.own.rows["doc_id"].gather(list(whole)),
                *drop_columns(list(whole.values()), self.names),
            ]
        ).with_columns(
            similarity=pl.lit(None, dtype=pl.Float64), cluster_root=pl.lit(None, dtype=pl.String)
        )

    @property
    def edited(self) -> pl.Series:
        """Ids of the documents that stay without some paragraphs."""
        rows = [row for row, cut in self.cuts.items() if not cut.is_whole]
        return self.own.rows["doc_id"].gather(rows)

    @property
    def schema(self) -> pa.Schema:
        """Of `edit`'s second table, of which single documents are read again by later calls."""
        columns = self.files.columns
        return pa.schema(
            [
                (columns.id, pa.large_string()),
                (columns.text, pa.large_string()),
                ("taken", TAKEN),
            ]
        )

    def writer(self, staged: Path) -> AbstractContextManager[TableWriter]:
        """Of `edit`'s second table."""
        made: AbstractContextManager[TableWriter] = pq.ParquetWriter(
            staged,
            self.schema,
            compression="zstd",
            write_statistics=[self.files.columns.id],
            **PAGE,
        )
        return made

    def edit(self, table: pa.Table, rows: Int64s) -> tuple[pa.Table, pa.Table]:
        """The documents that stay, with what is left of their texts, and the edited ones as they
        were, with each paragraph and the document that has it first."""
        chosen = [at for at, row in enumerate(rows.tolist()) if row in self.cuts]
        if not chosen:
            return table, self.schema.empty_table()
        name = self.files.columns.text
        before, after, taken = table[name].take(chosen).to_pylist(), [], []
        for at, text in zip(chosen, before, strict=True):
            cut = self.cuts[int(rows[at])]
            rest, paragraphs, _ = cut.pieces(text)
            after.append(rest)
            seen = (self.names[place][0] for place in cut.seen)
            taken.append([{"text": t, "seen_in": s} for t, s in zip(paragraphs, seen, strict=True)])
        ids = self.own.rows["doc_id"].gather(rows[chosen]).to_list()
        place = table.schema.get_field_index(name)
        field = table.schema.field(place)
        is_changed = np.isin(np.arange(len(table)), chosen)
        texts = pc.replace_with_mask(
            table[name].combine_chunks(), pa.array(is_changed), pa.array(after, field.type)
        )
        changed = table.set_column(place, field, texts)
        return changed, pa.table([ids, before, taken], schema=self.schema)
