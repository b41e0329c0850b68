"""Models: SELECTs over the corpora and over each other, materialized as Parquet.

    -- Documents and tokens by language of every corpus and batch.
    SELECT corpus, batch, lang, count(*) AS documents   -- a comment describes its column
    FROM documents
    GROUP BY ALL

What a model reads is read from its SQL; see `warehouse` for the relations there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from synth_assets.corpus.store import Store
from synth_assets.quality.reads import tables_of
from synth_assets.quality.remembered import remembered
from synth_assets.quality.sql_files import (
    Report,
    SqlFile,
    SqlFileError,
    fault_of,
    find_files,
    in_file,
    read_file,
    report_broken,
)
from synth_assets.quality.views import connect, literal
from synth_assets.quality.warehouse import Relation, model_file, open_relations


@dataclass(frozen=True)
class Model:
    """One model file. `reads` are the relations and models it names; `fault` is why it cannot be
    materialized."""

    file: SqlFile
    reads: tuple[str, ...]
    fault: str | None = None

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def description(self) -> str:
        return self.file.comment or self.name


@dataclass(frozen=True)
class Column:
    """A column as stored; `sources` are the columns it was made of: (relation, column)."""

    name: str
    type: str
    description: str | None
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Materialized:
    """What became of a model."""

    path: str
    rows: int
    data_version: str
    columns: tuple[Column, ...]


def load_models(
    known: Mapping[str, Relation],
    folders: Sequence[str | Path] = (),
    report: Report = report_broken,
) -> list[Model]:
    """All models by name: the shipped ones and those in `models/` of the folders. A broken file
    is reported, and is a model with a fault that reads nothing."""
    files: list[SqlFile] = []
    for path in find_files("models", folders, report):
        try:
            files.append(read_file(path))
        except SqlFileError as error:
            report(str(error))
    names = {file.name for file in files}
    models = {file.name: _model(file, known, names) for file in files}
    for name in _in_a_circle(models):
        file = models[name].file
        models[name] = Model(file, (), f"{file.path} reads itself, by way of other models")
    for model in models.values():
        if model.fault:
            report(model.fault)
    return sorted(models.values(), key=lambda model: model.name)


def materialize(
    store: Store, model: Model, known: Mapping[str, Relation], *, memory_gb: float
) -> Materialized:
    """Run a model and publish its rows, whole or not at all.

    Raises SqlFileError with the file, the line and DuckDB's message.
    """
    import duckdb
    import pyarrow.parquet as pq

    from synth_assets.quality.lineage import columns_of

    if model.fault:
        raise SqlFileError(model.fault)
    name = model_file(model.name)
    with (
        store.files.lock(f"model/{model.name}"),
        connect(store, memory_gb=memory_gb) as connection,
        store.files.staging(name.replace("/", "__")) as staged,
    ):
        _refuse_missing(store, model, known)
        open_relations(connection, store, known, model.reads)
        body = model.file.sql.strip().rstrip(";")
        target = f"TO {literal(str(staged))} (FORMAT parquet, COMPRESSION zstd)"
        try:
            connection.execute(f"COPY ({body}\n) {target}")
            columns = columns_of(connection, model)
        except duckdb.Error as error:
            raise SqlFileError(in_file(model.file.path, error)) from None
        rows = pq.read_metadata(staged).num_rows
        store.files.publish(staged, name)
    return Materialized(store.files.path(name), rows, store.files.digest(name), columns)


def _refuse_missing(store: Store, model: Model, known: Mapping[str, Relation]) -> None:
    for read in model.reads:
        if read not in known and not store.files.exists(model_file(read)):
            raise SqlFileError(
                f"{model.file.path} reads the model {read}, which is not materialized yet; "
                f"materialize model/{read} first"
            )


def _model(file: SqlFile, known: Mapping[str, Relation], names: set[str]) -> Model:
    if fault := fault_of(file):
        return Model(file, (), fault)
    if file.name in known:
        return Model(file, (), f"{file.path}: {file.name} is the name of a relation; rename it")
    try:
        reads = set(remembered("tables", file.sql, lambda sql: sorted(tables_of(sql))))
    except SqlFileError as error:
        return Model(file, (), f"{file.path}: {error}")
    for unknown in sorted(reads - known.keys() - names):
        return Model(file, (), _unknown(file, unknown, sorted(known.keys() | names)))
    return Model(file, tuple(sorted(reads)))


def _unknown(file: SqlFile, name: str, allowed: Sequence[str]) -> str:
    lines = enumerate(file.sql.splitlines(), start=1)
    line = next((number for number, text in lines if name in text.split("--")[0]), 1)
    return f"{file.path}, line {line}: no table is called {name}; there are {', '.join(allowed)}"


def _in_a_circle(models: Mapping[str, Model]) -> set[str]:
    """Models that depend on themselves: what is left when those whose parents are done go."""
    left = dict(models)
    while ready := [
        name for name, model in left.items() if not any(read in left for read in model.reads)
    ]:
        for name in ready:
            del left[name]
    return set(left)
