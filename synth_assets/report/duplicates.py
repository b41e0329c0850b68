"""What dedup did to a batch, in small tables: where duplicates were, and the largest clusters."""

from collections.abc import Iterator

import polars as pl

from synth_assets.corpus.store import Corpus

MOST_ROWS = 20
LARGEST = 10
LINE_CHARS = 100

NATURAL = "none (natural)"


def shares(corpus: Corpus) -> dict[str, pl.DataFrame]:
    """Documents kept and dropped, and the share that was dropped, by `source` (input file),
    `language` and `recipe`; of each the MOST_ROWS largest groups. Reads a row group at a time."""
    parts = [_counts(frame, "kept") for frame in corpus.frames(_COLUMNS)]
    parts += [_counts(frame, "dropped") for frame in corpus.sidecar_frames("dropped", _COLUMNS)]
    totals = pl.concat(parts).group_by("source", "language", "recipe").sum()
    return {
        by: totals.group_by(by)
        .agg(pl.col("kept", "dropped").sum())
        .with_columns(
            dropped_percent=(100 * pl.col("dropped") / (pl.col("kept") + pl.col("dropped"))).round(
                2
            )
        )
        .sort(pl.col("kept") + pl.col("dropped"), by, descending=[True, False])
        .head(MOST_ROWS)
        for by in ("source", "language", "recipe")
    }


_COLUMNS = ["source", "lang", "recipe"]


def _counts(frame: pl.DataFrame, what: str) -> pl.DataFrame:
    grouped = frame.group_by(
        source=pl.col("source").struct.field("file").fill_null("unknown"),
        language=pl.col("lang").fill_null("und"),
        recipe=pl.col("recipe").fill_null(NATURAL),
    ).agg(pl.len().cast(pl.Int64).alias(what))
    other = pl.lit(0, pl.Int64).alias("dropped" if what == "kept" else "kept")
    return grouped.with_columns(other).select("source", "language", "recipe", "kept", "dropped")


def cluster_sizes(corpus: Corpus) -> pl.DataFrame:
    """How many clusters have 2, 3, 4 to 7, 8 to 15, ... documents, the one that stayed included;
    of a cluster that began in an earlier batch those of this batch and that one."""
    return (
        _sizes(corpus)
        .with_columns(low=_low(pl.col("size")))
        .group_by("low")
        .agg(clusters=pl.len(), documents=pl.col("size").sum())
        .sort("low")
        .select(
            pl.format("{} to {}", "low", pl.col("low") * 2 - 1)
            .replace({"2 to 3": "2", "3 to 5": "3"})
            .alias("size"),
            "clusters",
            "documents",
        )
    )


def _low(size: pl.Expr) -> pl.Expr:
    """The power of two below, but for 3, which is of its own."""
    power = 2 ** (size.log(2) + 1e-9).floor().cast(pl.Int64)
    return pl.when(size == 3).then(3).otherwise(power)


def largest_clusters(corpus: Corpus) -> pl.DataFrame:
    """The LARGEST clusters: the document that stayed, how many there are, and the first line of
    one of them."""
    largest = _sizes(corpus).sort("size", "cluster_id", descending=[True, False]).head(LARGEST)
    lines = pl.concat(_first_lines(corpus, largest["cluster_id"])).unique(
        "cluster_id", keep="first", maintain_order=True
    )
    found = largest.join(lines, on="cluster_id", how="left", maintain_order="left")
    return found.select("cluster_id", documents="size", first_line="line")


def _first_lines(corpus: Corpus, wanted: pl.Series) -> Iterator[pl.DataFrame]:
    """`cluster_id`, `line` of the documents that stayed here, then of those that left."""
    line = pl.col("text").str.strip_chars().str.split("\n").list.first().str.slice(0, LINE_CHARS)
    yield pl.DataFrame(schema={"cluster_id": pl.String, "line": pl.String})
    for frame in corpus.frames(["doc_id", "text"]):
        chosen = frame.filter(pl.col("doc_id").is_in(wanted.implode()))
        yield chosen.select(cluster_id="doc_id", line=line)
    for frame in corpus.sidecar_frames("dropped", ["cluster_root", "text"]):
        chosen = frame.filter(pl.col("cluster_root").is_in(wanted.implode()))
        yield chosen.unique("cluster_root", keep="first", maintain_order=True).select(
            cluster_id="cluster_root", line=line
        )


def _sizes(corpus: Corpus) -> pl.DataFrame:
    frames = (frame["cluster_id"] for frame in corpus.sidecar_frames("clusters", ["cluster_id"]))
    members = pl.concat([pl.Series("cluster_id", [], pl.String), *frames])
    return members.value_counts(name="size").with_columns(pl.col("size").cast(pl.Int64))
