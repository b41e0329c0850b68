"""What a release can choose from: of every document its length, its cell and its place, no text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.store import Corpus, Store
from synth_assets.errors import CorpusError, ReleaseError
from synth_assets.hashing import digest
from synth_assets.packing.documents import ENCODING, TABLE
from synth_assets.packing.mixture.budget import Cell
from synth_assets.packing.mixture.keys import UInt64s, selection_keys
from synth_assets.packing.mixture.selectors import (
    MADE_KINDS,
    component_case,
    refuse_bad_predicates,
    refuse_unknown_column,
)
from synth_assets.profile.release import ReleaseProfile

CELL = ["component", "lang", "synthetic"]


@dataclass(frozen=True)
class Batch:
    """A batch that a release reads: its packed corpus and, through the footer's digest of it, its
    deduplicated one."""

    packed: Corpus

    @property
    def key(self) -> str:
        return self.packed.batch

    @property
    def version(self) -> str:
        """Digest of the footer, which holds those of the tokens and of the table of documents."""
        return digest(self.packed.footer.to_bytes())

    @property
    def deduped(self) -> str:
        """Data version of the deduplicated corpus it was packed from."""
        return self.packed.footer.inputs["deduped"]

    def doc_ids(self) -> pl.Series:
        """Those of the batch's table of documents, in its order."""
        return pl.concat(self.packed.sidecar_frames(TABLE, ["doc_id"]))["doc_id"]


@dataclass(frozen=True)
class Inventory:
    """The documents that some component chooses, in the order of their keys.

    Arrays of one entry per document: `key`, its batch's number, its `row` in that batch's table of
    documents, its `length` in tokens, its cell's number; `score` where the order asks for one.
    """

    batches: tuple[Batch, ...]
    cells: tuple[Cell, ...]
    key: UInt64s
    batch: NDArray[np.int32]
    row: NDArray[np.uint32]
    length: NDArray[np.int32]
    cell: NDArray[np.int32]
    score: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.key)


def batches_of(store: Store, name: str, encoding: str) -> tuple[Batch, ...]:
    """All packed batches, by key; `encoding` is the digest of tokenizer and framing.

    Raises ReleaseError where there is none, CorpusError where one does not balance, was packed with
    another encoding, or from another version of `deduped` than the one there is now.
    """
    found = tuple(Batch(store.open("packed", key)) for key in store.batches("packed"))
    if not found:
        raise ReleaseError(
            f"release {name}: no batch is packed yet under {store.files.root}; "
            f"materialize packed for a batch first"
        )
    for batch in found:
        if batch.packed.footer.inputs.get(ENCODING) != encoding:
            raise CorpusError(
                f"release {name}: packed of batch {batch.key} was made with another tokenizer or "
                f"framing than the profile's; materialize packed for this batch again"
            )
        if store.open("deduped", batch.key).data_version != batch.deduped:
            raise CorpusError(
                f"release {name}: packed of batch {batch.key} was made from another version of "
                f"deduped; materialize packed for this batch again"
            )
    return found


def take_inventory(
    store: Store, name: str, release: ReleaseProfile, batches: Sequence[Batch], seed: int
) -> Inventory:
    """Read what the components choose, one batch after the other.

    Raises ReleaseError for a predicate or a column that the documents do not have.
    """
    found: dict[tuple[int, str, bool], int] = {}
    unused = [] if release.order.by == "score" else ["score"]
    parts = [
        _numbers(_chosen(store, name, release, batch).drop(unused), found, number, seed)
        for number, batch in enumerate(batches)
    ]
    rows = pl.concat(parts).sort("key", "batch", "row")
    parts.clear()
    order = sorted(found)
    place = np.argsort([found[values] for values in order]).astype(np.int32)
    cell = place[rows["cell"].to_numpy()] if order else np.empty(0, dtype=np.int32)
    length = rows["length"].to_numpy()
    names = list(release.components)
    return Inventory(
        batches=tuple(batches),
        cells=tuple(
            Cell(names[number], lang, made, int(own.sum()), int(length[own].sum(dtype=np.int64)))
            for index, (number, lang, made) in enumerate(order)
            for own in (cell == index,)
        ),
        key=rows["key"].to_numpy(),
        batch=rows["batch"].to_numpy(),
        row=rows["row"].to_numpy(),
        length=length,
        cell=cell,
        score=rows["score"].to_numpy() if release.order.by == "score" else None,
    )


def _numbers(
    chosen: pl.DataFrame, found: dict[tuple[int, str, bool], int], batch: int, seed: int
) -> pl.DataFrame:
    """A batch's documents as numbers alone; `found` numbers the cells as they are met."""
    distinct = chosen.select(CELL).unique(maintain_order=True)
    known = [found.setdefault(values, len(found)) for values in distinct.iter_rows()]
    codes = distinct.with_columns(cell=pl.Series(known, dtype=pl.Int32))
    return (
        chosen.join(codes, on=CELL, maintain_order="left")
        .with_columns(
            batch=pl.lit(batch, dtype=pl.Int32),
            key=pl.Series(selection_keys(chosen["doc_id"], seed), dtype=pl.UInt64),
        )
        .drop("doc_id", *CELL)
    )


def _chosen(store: Store, name: str, release: ReleaseProfile, batch: Batch) -> pl.DataFrame:
    """doc_id, row, length, component, lang, synthetic and score of a batch's chosen documents."""
    column = release.order.column
    score = '"' + column.replace('"', '""') + '"::DOUBLE' if column is not None else "NULL::DOUBLE"
    made = ", ".join(f"'{kind}'" for kind in MADE_KINDS)
    query = f"""
        SELECT doc_id, store_row::UINTEGER AS row, store_tokens::INTEGER AS length,
               coalesce(lang, 'und') AS lang,
               coalesce(kind IN ({made}), false) AS synthetic, {score} AS score,
               ({component_case(release)})::SMALLINT AS component
        FROM documents
    """
    with _documents(store, release, batch) as connection:
        refuse_bad_predicates(name, release, connection)
        if column is not None:
            refuse_unknown_column(name, column, connection)
        try:
            frame: pl.DataFrame = connection.sql(
                f"SELECT * FROM ({query}) WHERE component IS NOT NULL"
            ).pl()
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise ReleaseError(
                f"release {name}: the components cannot be evaluated on batch {batch.key}: {first}"
            ) from None
    if column is not None and frame["score"].null_count():
        raise ReleaseError(
            f"release {name}: order.column = {column} is null for {frame['score'].null_count():,} "
            f"documents of batch {batch.key}; choose only documents that have it"
        )
    return frame


@contextmanager
def _documents(
    store: Store, release: ReleaseProfile, batch: Batch
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the view `documents`: the batch's table of documents and, where a
    predicate or an order may look at them, the columns of its deduplicated corpus."""
    with duckdb.connect(":memory:") as connection:
        if not store.files.is_local:
            connection.register_filesystem(store.files.filesystem)
        table = _quoted(batch.packed.sidecar_path(TABLE))
        connection.execute(
            "CREATE VIEW store AS SELECT *, file_row_number AS store_row, "
            f"n_tokens AS store_tokens FROM read_parquet({table}, file_row_number = true)"
        )
        if release.order.column is None and not any(
            component.where for component in release.components.values()
        ):
            connection.execute("CREATE VIEW documents AS SELECT * FROM store")
        else:
            deduped = _quoted(store.open("deduped", batch.key).path)
            connection.execute(
                "CREATE VIEW documents AS SELECT corpus.* REPLACE (store.source AS source), "
                f"store.store_row, store.store_tokens{_extra(connection, deduped)} "
                f"FROM read_parquet({deduped}) AS corpus JOIN store USING (doc_id)"
            )
        yield connection


def _extra(connection: duckdb.DuckDBPyConnection, deduped: str) -> str:
    """The tier of the table of documents, where the corpus has no column of that name."""
    described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({deduped})").fetchall()
    return "" if "tier" in {row[0] for row in described} else ", store.tier"


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"
