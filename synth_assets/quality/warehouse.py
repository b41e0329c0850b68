"""All batches of all corpora as relations of DuckDB: what models and `synth-assets sql` read.

- every corpus by its name in SQL, with its `batch`; sidecars of all corpora together as `dropped`,
  `clusters`, `outcomes` and `requests`, with `corpus` and `batch`;
- `documents`: the columns that all corpora of documents share, with `corpus` and `batch`;
- `counts` and `figures` of all footers, see `footers`; `accounts` and `gates` of all generation,
  see `generation.money.accounting`;
- every model that was materialized, by its name.

Only what is asked for is made. Nothing is copied but footers: the rest are views of Parquet files.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from synth_assets.corpus.schema import DOCUMENT, DROPPED, Schema
from synth_assets.corpus.store import Corpus, Store
from synth_assets.line import Stage
from synth_assets.profile import Profile
from synth_assets.quality.footers import COUNTS, FIGURES, counts_of, figures_of
from synth_assets.quality.views import add_table, literal, view_name

if TYPE_CHECKING:
    import duckdb

MODEL_FOLDER = "model"


@dataclass(frozen=True)
class Relation:
    """A name in SQL, the corpora it reads, and how to make it."""

    name: str
    corpora: tuple[str, ...]
    create: "Callable[[duckdb.DuckDBPyConnection], None]"


def model_file(name: str) -> str:
    """Where a model's rows lie under the root."""
    return f"{MODEL_FOLDER}/{name}.parquet"


def relations(store: Store, profile: Profile, line: Sequence[Stage]) -> dict[str, Relation]:
    """All relations but the models, by name. Reads nothing yet."""
    made = [_corpus(store, stage) for stage in line]
    shared = [stage for stage in line if set(DOCUMENT) <= set(stage.columns)]
    generated = tuple(stage.corpus for stage in line if stage.engine is not None)
    made += [
        _documents(store, shared),
        _sidecars(store, "dropped", shared, DOCUMENT | DROPPED),
        _sidecars(store, "clusters", [s for s in line if s.corpus == "deduped"], _clusters()),
        *(
            _sidecars(store, name, [s for s in line if s.engine is not None], columns)
            for name, columns in _of_generation().items()
        ),
        _footers(store, "counts", line, counts_of, COUNTS),
        _footers(store, "figures", line, figures_of, FIGURES),
        *(
            Relation(name, generated, lambda connection: _accounts(connection, store, profile))
            for name in ("accounts", "gates")
        ),
    ]
    return {relation.name: relation for relation in made}


def open_relations(
    connection: "duckdb.DuckDBPyConnection",
    store: Store,
    known: Mapping[str, Relation],
    names: Iterable[str],
) -> None:
    """Make the named relations in the connection, models among them that are materialized."""
    for name in dict.fromkeys(names):
        if name in known:
            known[name].create(connection)
        elif store.files.exists(model_file(name)):
            path = literal(store.files.path(model_file(name)))
            connection.execute(f'CREATE VIEW "{name}" AS FROM read_parquet({path})')


def materialized_models(store: Store) -> list[str]:
    names = store.files.list(MODEL_FOLDER, ".parquet")
    return [name.rsplit("/", 1)[-1].removesuffix(".parquet") for name in names]


def _corpus(store: Store, stage: Stage) -> Relation:
    def create(connection: "duckdb.DuckDBPyConnection") -> None:
        select = _all_batches(store, stage.corpus)
        _create(connection, view_name(stage.corpus), [select] if select else [], stage.columns)

    return Relation(view_name(stage.corpus), (stage.corpus,), create)


def _documents(store: Store, stages: Sequence[Stage]) -> Relation:
    def create(connection: "duckdb.DuckDBPyConnection") -> None:
        columns = ", ".join(f'"{name}"' for name in DOCUMENT)
        parts = [
            f"SELECT {literal(stage.corpus)} AS corpus, batch, {columns} FROM ({select})"
            for stage in stages
            if (select := _all_batches(store, stage.corpus))
        ]
        _create(connection, "documents", parts, {"corpus": pl.String(), **DOCUMENT})

    return Relation("documents", tuple(stage.corpus for stage in stages), create)


def _sidecars(store: Store, name: str, stages: Sequence[Stage], columns: Schema) -> Relation:
    def create(connection: "duckdb.DuckDBPyConnection") -> None:
        kept = ", ".join(f'"{column}"' for column in columns if column != "batch")
        parts = []
        for stage in stages:
            paths = [
                corpus.sidecar_path(name)
                for corpus in _opened(store, stage.corpus)
                if name in corpus.footer.sidecars
            ]
            if paths:
                files = f"read_parquet([{', '.join(map(literal, paths))}], filename = true)"
                batch = r"regexp_extract(filename, '([^/]+)\.[0-9a-f]{12}\.parquet$', 1)"
                corpus_name = literal(stage.corpus)
                parts.append(
                    f"SELECT {corpus_name} AS corpus, {batch} AS batch, {kept} FROM {files}"
                )
        _create(connection, name, parts, {"corpus": pl.String(), **columns})

    return Relation(name, tuple(stage.corpus for stage in stages), create)


def _footers(
    store: Store,
    name: str,
    stages: Sequence[Stage],
    rows_of: Callable[[Corpus], list[dict[str, object]]],
    columns: Schema,
) -> Relation:
    def create(connection: "duckdb.DuckDBPyConnection") -> None:
        rows = [
            row
            for stage in stages
            for corpus in _opened(store, stage.corpus)
            for row in rows_of(corpus)
        ]
        add_table(connection, name, pl.DataFrame(rows, schema=dict(columns)))

    return Relation(name, tuple(stage.corpus for stage in stages), create)


def _accounts(connection: "duckdb.DuckDBPyConnection", store: Store, profile: Profile) -> None:
    from synth_assets.generation.money.accounting import register_accounts
    from synth_assets.generation.money.ledger import open_ledger

    register_accounts(connection, store, open_ledger(profile))


def _opened(store: Store, corpus: str) -> list[Corpus]:
    return [store.open(corpus, batch, lawful=False) for batch in store.batches(corpus)]


def _all_batches(store: Store, corpus: str) -> str | None:
    """All batches of a corpus; None where there is none."""
    if not (names := store.files.list(corpus, ".parquet")):
        return None
    paths = ", ".join(literal(store.files.path(name)) for name in names)
    return (
        r"SELECT * EXCLUDE (filename), regexp_extract(filename, '([^/]+)\.parquet$', 1) AS batch "
        f"FROM read_parquet([{paths}], filename = true, union_by_name = true)"
    )


def _create(
    connection: "duckdb.DuckDBPyConnection", name: str, parts: Sequence[str], columns: Schema
) -> None:
    """A view of the parts together, or an empty table where there is none."""
    if parts:
        connection.execute(f'CREATE VIEW "{name}" AS {" UNION ALL ".join(parts)}')
    else:
        empty = pl.DataFrame(schema={**columns, "batch": pl.String()})
        add_table(connection, name, empty)


def _clusters() -> Schema:
    from synth_assets.dedup.version import CLUSTER_COLUMNS

    return CLUSTER_COLUMNS


def _of_generation() -> dict[str, Schema]:
    from synth_assets.generation.tables import OUTCOMES, REQUESTS

    return {"outcomes": OUTCOMES, "requests": REQUESTS}
