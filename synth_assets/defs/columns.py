"""The columns of a corpus as Dagster shows them: types, descriptions, and where they come from."""

from collections.abc import Mapping

import dagster as dg

from synth_assets.corpus.schema import Schema
from synth_assets.defs.partitions import asset_key
from synth_assets.line import Stage
from synth_assets.report.columns import description_of

OF_TEXT = frozenset(
    (
        *("text", "content_hash", "n_chars", "n_words", "n_tokens"),
        *("n_shingles", "n_segments", "length_ratio", "copy_ratio", "input_ids"),
    )
)
"""Columns that come of the text of the input."""

OF_THE_MAKER = frozenset(
    (
        *("doc_id", "kind", "lang", "recipe", "recipe_version", "model", "model_revision"),
        *("generation_keys", "seed", "relation", "prompt_lang", "n_answers"),
    )
)
"""Columns that a generated corpus does not take over from its input."""


def column_schema(corpus: str, columns: Schema) -> dg.MetadataValue:
    return dg.MetadataValue.table_schema(
        dg.TableSchema(
            [
                dg.TableColumn(name, str(kind), description=description_of(corpus, name))
                for name, kind in columns.items()
            ]
        )
    )


def column_lineage(stage: Stage, inputs: Mapping[str, Schema]) -> dg.MetadataValue:
    """Of each column the columns of the inputs that it is taken over from or computed of."""
    deps = {name: _sources(stage, name, inputs) for name in stage.columns}
    return dg.MetadataValue.column_lineage(
        dg.TableColumnLineage({name: found for name, found in deps.items() if found})
    )


def _sources(stage: Stage, column: str, inputs: Mapping[str, Schema]) -> list[dg.TableColumnDep]:
    made = stage.engine is not None
    if made and column in OF_THE_MAKER:
        return []
    source = "text" if column in OF_TEXT else column
    if made and column == "parent_ids":
        source = "doc_id"
    return [
        dg.TableColumnDep(asset_key(name), source)
        for name, columns in inputs.items()
        if source in columns
    ]
