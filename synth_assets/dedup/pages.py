"""A few rows of a Parquet file, without decompressing the pages that hold none of them."""

import polars as pl

from synth_assets.corpus.store import Corpus


def pages_with(
    path: str, key: str, values: pl.Series, columns: list[str] | None = None
) -> pl.DataFrame:
    """The rows of a local file whose `key` is one of `values`. Polars reads the key's column first
    and then only pages with chosen rows in them."""
    rows = pl.scan_parquet(path, parallel="prefiltered").filter(_chosen(key, values))
    return (rows.select(columns) if columns else rows).collect()


def corpus_rows(
    corpus: Corpus, key: str, values: pl.Series, columns: list[str] | None = None
) -> pl.DataFrame:
    """The same of a published corpus; on object storage row groups are read one after the other."""
    if corpus.files.is_local:
        return pages_with(corpus.path, key, values, columns)
    frames = (frame.filter(_chosen(key, values)) for frame in corpus.frames(columns))
    return pl.concat(frames)


def _chosen(key: str, values: pl.Series) -> pl.Expr:
    return pl.col(key).is_in(values.implode())
