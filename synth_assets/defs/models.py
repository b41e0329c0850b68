"""SQL models as assets: unpartitioned, in a group of their own, so that a launch of the corpora
stays one run and no backfill."""

from collections.abc import Mapping, Sequence

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.failures import final_failures
from synth_assets.defs.partitions import asset_key
from synth_assets.executor.marks import marks_of
from synth_assets.hashing import digest_json
from synth_assets.line import Stage
from synth_assets.profile import Profile
from synth_assets.quality.models import Materialized, Model, load_models, materialize
from synth_assets.quality.sql_files import Report, report_broken
from synth_assets.quality.warehouse import MODEL_FOLDER, Relation, relations

MODEL_GROUP = "models"
MODELS_JOB = "models"


def model_assets(
    line: Sequence[Stage], profile: Profile, store: Store, report: Report = report_broken
) -> list[dg.AssetsDefinition]:
    """One asset per model file. A broken one, of which `report` is told, is an asset that says so
    and fails with the same sentence."""
    known = relations(store, profile, line)
    models = load_models(known, profile.sql.folders, report)
    return [_asset(model, known, profile, store) for model in models]


def models_job() -> dg.JobDefinition:
    """All models in one run, in the order in which they read each other."""
    selection = dg.AssetSelection.groups(MODEL_GROUP)
    return dg.define_asset_job(  # type: ignore[return-value]
        MODELS_JOB, selection=selection, description="All SQL models"
    )


def _asset(
    model: Model, known: Mapping[str, Relation], profile: Profile, store: Store
) -> dg.AssetsDefinition:
    marks = marks_of(None) | {"kinds": {"duckdb", "sql"}}

    @dg.asset(
        key=_key(model.name),
        deps=_parents(model, known),
        group_name=MODEL_GROUP,
        description=f"Broken: {model.fault}" if model.fault else model.description,
        code_version=digest_json(["model", model.file.sql]),
        metadata={"sql": dg.MetadataValue.md(f"```sql\n{model.file.sql}\n```")},
        **marks,
    )
    def table() -> dg.MaterializeResult[None]:
        with final_failures():
            made = materialize(store, model, known, memory_gb=profile.sql.memory_gb)
        return dg.MaterializeResult(
            metadata=_metadata(made, known), data_version=dg.DataVersion(made.data_version)
        )

    return table


def _key(name: str) -> dg.AssetKey:
    return dg.AssetKey([MODEL_FOLDER, name])


def _parents(model: Model, known: Mapping[str, Relation]) -> list[dg.AssetKey]:
    keys = [key for name in model.reads for key in _keys_of(name, known)]
    return list(dict.fromkeys(keys))


def _keys_of(name: str, known: Mapping[str, Relation]) -> list[dg.AssetKey]:
    """The assets that a relation's rows come from: corpora, or another model."""
    if name in known:
        return [asset_key(corpus) for corpus in known[name].corpora]
    return [_key(name)]


def _metadata(
    made: Materialized, known: Mapping[str, Relation]
) -> dict[str, dg.TableSchema | dg.TableColumnLineage | dg.MetadataValue | int]:
    columns = [
        dg.TableColumn(column.name, column.type, description=column.description)
        for column in made.columns
    ]
    lineage = {
        column.name: [
            dg.TableColumnDep(key, source)
            for relation, source in column.sources
            for key in _keys_of(relation, known)
        ]
        for column in made.columns
        if column.sources
    }
    return {
        "dagster/row_count": made.rows,
        "dagster/column_schema": dg.TableSchema(columns),
        "dagster/column_lineage": dg.TableColumnLineage(lineage),
        "path": dg.MetadataValue.path(made.path),
    }
