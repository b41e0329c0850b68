"""Generations whose text must go: their keys stay as failures, so nothing reuses them."""

from collections.abc import Iterable

import polars as pl

from synth_assets.corpus.files import Files
from synth_assets.generation.journal.compaction import FinishedWriter, frames
from synth_assets.generation.journal.journal import manifest_bytes
from synth_assets.generation.journal.lines import decode
from synth_assets.generation.journal.names import BatchName, live_lines, names, read_manifest

REASON = "takedown"


def bury(files: Files, corpus: str, keys: Iterable[str]) -> int:
    """Empty the results of these keys in the corpus's finished journals; their number.

    A request with such a key, of the same page found elsewhere, counts as failed from then on.
    Waits for a batch at work. Raises CorpusError where that takes too long.
    """
    wanted = pl.Series(sorted(keys), dtype=pl.String)
    buried = 0
    for name in names(files):
        if name.corpus == corpus and files.exists(name.parquet) and len(wanted):
            with files.lock(f"{corpus}/{name.batch}"):
                buried += _bury(files, name, wanted)
    return buried


def still_live(files: Files, corpus: str, keys: Iterable[str]) -> int:
    """How many live journals of the corpus hold one of the keys: of batches that were stopped."""
    wanted = set(keys)
    return sum(
        any((result := decode(line)) and result.key in wanted for line in live_lines(files, name))
        for name in names(files)
        if name.corpus == corpus and wanted
    )


def _bury(files: Files, name: BatchName, wanted: pl.Series) -> int:
    chosen = pl.col("key").is_in(wanted.implode()) & (pl.col("error_kind").fill_null("") != REASON)
    count = sum(int(frame.select(chosen.sum()).item()) for frame in frames(files, name.parquet))
    if count:
        damaged = (read_manifest(files, name) or {}).get("damaged", 0)
        with FinishedWriter(files, name.parquet) as writer:
            for frame in frames(files, name.parquet):
                writer.add(frame.with_columns(_tombstone(chosen)))
            manifest = writer.publish() | {"damaged": damaged}
        files.write(f"{name.stem}.json", manifest_bytes(manifest))
    return count


def _tombstone(chosen: pl.Expr) -> list[pl.Expr]:
    fields = {"text": "", "finish_reason": "error", "error_kind": REASON, "error": "taken down"}
    return [
        pl.when(chosen).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in fields.items()
    ]
