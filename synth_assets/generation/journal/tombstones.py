"""Generations whose text must go: their keys stay as failures, so nothing reuses them."""

from collections.abc import Callable, Iterable

import polars as pl

from synth_assets.corpus.files import Files
from synth_assets.generation.journal.compaction import FinishedWriter, frames
from synth_assets.generation.journal.journal import manifest_bytes
from synth_assets.generation.journal.key_table import MISSING, KeyTable
from synth_assets.generation.journal.lines import decode
from synth_assets.generation.journal.names import BatchName, live_lines, names, read_manifest

REASON = "takedown"

Choose = Callable[[pl.Series], pl.Series]
"""Of keys, which are meant."""


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
                buried += _bury(files, name, lambda found: found.is_in(wanted.implode()))
    return buried


def bury_all_but(files: Files, name: BatchName, named: KeyTable) -> int:
    """Empty the results of one finished journal whose keys are not in the table; their number. The
    caller holds the batch's lock."""

    def unnamed(keys: pl.Series) -> pl.Series:
        return pl.Series(named.find(keys.to_list()) == MISSING, dtype=pl.Boolean)

    return _bury(files, name, unnamed)


def still_live(files: Files, corpus: str, keys: Iterable[str]) -> set[str]:
    """Batches whose live journal holds one of the keys: those that were stopped."""
    wanted = set(keys)
    return {
        name.batch
        for name in names(files)
        if name.corpus == corpus and wanted and _holds(files, name, wanted)
    }


def has_live_lines(files: Files, name: BatchName) -> bool:
    return next(live_lines(files, name), None) is not None


def _holds(files: Files, name: BatchName, wanted: set[str]) -> bool:
    results = map(decode, live_lines(files, name))
    return any(result is not None and result.key in wanted for result in results)


def _bury(files: Files, name: BatchName, chosen: Choose) -> int:
    count = sum(int(_to_bury(frame, chosen).sum()) for frame in frames(files, name.parquet))
    if count:
        damaged = (read_manifest(files, name) or {}).get("damaged", 0)
        with FinishedWriter(files, name.parquet) as writer:
            for frame in frames(files, name.parquet):
                writer.add(frame.with_columns(_tombstone(_to_bury(frame, chosen))))
            manifest = writer.publish() | {"damaged": damaged}
        files.write(f"{name.stem}.json", manifest_bytes(manifest))
    return count


def _to_bury(frame: pl.DataFrame, chosen: Choose) -> pl.Series:
    return chosen(frame["key"]) & (frame["error_kind"].fill_null("") != REASON)


def _tombstone(chosen: pl.Series) -> list[pl.Expr]:
    fields = {"text": "", "finish_reason": "error", "error_kind": REASON, "error": "taken down"}
    return [
        pl.when(chosen).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in fields.items()
    ]
