"""One schema for every corpus, and the one that dropped rows share."""

from collections.abc import Mapping

import polars as pl

from synth_assets.errors import CorpusError

SCHEMA_VERSION = "1"

Schema = Mapping[str, pl.DataType]

DOCUMENT: dict[str, pl.DataType] = {
    "doc_id": pl.String(),
    "parent_ids": pl.List(pl.String()),
    "root_ids": pl.List(pl.String()),
    "text": pl.String(),
    "title": pl.String(),
    "lang": pl.String(),
    "url": pl.String(),
    "source": pl.Struct({"file": pl.String(), "offset": pl.Int64()}),
    "fetched_at": pl.Datetime("us", "UTC"),
    "license": pl.String(),
    "kind": pl.String(),
    "recipe": pl.String(),
    "recipe_version": pl.String(),
    "model": pl.String(),
    "model_revision": pl.String(),
    "generation_keys": pl.List(pl.String()),
    "seed": pl.Int64(),
    "content_hash": pl.String(),
    "n_chars": pl.Int64(),
    "n_words": pl.Int64(),
    "n_tokens": pl.Int64(),
}

DROPPED: dict[str, pl.DataType] = {
    "drop_reason": pl.String(),
    "drop_value": pl.String(),
    "drop_limit": pl.String(),
    "duplicate_of": pl.String(),
}

DESCRIPTIONS: dict[str, str] = {
    "doc_id": "blake2b-128 in hex, the same in every run and on every machine",
    "parent_ids": "the documents this one was made from; empty for raw documents",
    "root_ids": "the raw documents this one descends from",
    "text": "plain text or Markdown, UTF-8",
    "title": "the page's or section's title, where there is one",
    "lang": "FLORES style language and script code such as eng_Latn; und where unknown",
    "url": "address of the page",
    "source": "input file and the record's byte offset (or row number) in it",
    "fetched_at": "when the page was fetched, UTC",
    "license": "the text's licence as declared by the profile or the input",
    "kind": "natural, rewritten, translated or edited",
    "recipe": "the recipe that made the text",
    "recipe_version": "gen_version.row_version of the recipe",
    "model": "the model that wrote the text; `rules` where no model was used",
    "model_revision": "digest or revision of the model's weights",
    "generation_keys": "keys of the journal entries this text was made from",
    "seed": "the profile's seed",
    "content_hash": "blake2b-128 of the normalised text, for exact duplicates",
    "n_chars": "Unicode code points",
    "n_words": "runs of word characters",
    "n_tokens": "tokens under the profile's packing tokenizer, without EOS",
    "drop_reason": "name of the rule that removed the document",
    "drop_value": "the measured value that failed the rule",
    "drop_limit": "what the rule allows",
    "duplicate_of": "the document this one duplicates",
}


def conform(frame: pl.DataFrame, schema: Schema, corpus: str) -> pl.DataFrame:
    """The frame with exactly the schema's columns, in order: missing ones null, others cast.

    Raises CorpusError for a column the schema does not know or a value that does not fit.
    """
    unknown = [name for name in frame.columns if name not in schema]
    if unknown:
        raise CorpusError(
            f"corpus {corpus}: unknown columns {', '.join(unknown)}; declare them as the stage's "
            f"extra columns or drop them"
        )
    missing = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in schema.items()
        if name not in frame.columns
    ]
    try:
        return frame.with_columns(missing).select(
            pl.col(name).cast(kind) for name, kind in schema.items()
        )
    except pl.exceptions.PolarsError as error:
        raise CorpusError(f"corpus {corpus}: a value does not fit its column: {error}") from error
