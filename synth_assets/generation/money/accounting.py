"""Accounting: what every generated batch took, what it cost, and what became of its requests.

Where the figures come from:

- Requests and tokens are the larger of two counts, neither of which can be too large: the journal
  has every finished generation, also those of a killed process; the ledger also has what no
  journal keeps: failures that pass, and what `journal gc` removed.
- Seconds, GPU seconds and money are the ledger's, at the prices of the day: a killed process is
  short of its last tick, at most ten seconds; what another home generated is not in them.
- A batch pays for what was generated for it first: what it found in an earlier batch's journal
  costs it nothing.
- What became of requests is the sidecar `requests`; kept tokens are those of the corpus's rows.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.generation.money.entries import Ledger
from synth_assets.generation.money.totals import Metered, journal_totals, journaled
from synth_assets.generation.request_table import PASSED_IN_VAIN

ACCOUNTS: dict[str, pl.DataType] = {
    "corpus": pl.String(),
    "batch": pl.String(),
    "model": pl.String(),
    "requests": pl.Int64(),
    "prompt_tokens": pl.Int64(),
    "completion_tokens": pl.Int64(),
    "seconds": pl.Float64(),
    "gpu_seconds": pl.Float64(),
    "tokens_per_second": pl.Float64(),
    "cost": pl.Float64(),
    "currency": pl.String(),
    "accepted": pl.Int64(),
    "rejected": pl.Int64(),
    "failed": pl.Int64(),
    "acceptance_rate": pl.Float64(),
    "kept_documents": pl.Int64(),
    "kept_tokens": pl.Int64(),
    "cost_per_million_kept_tokens": pl.Float64(),
}
"""One row per generated corpus and batch. `requests` were sent to an engine; accepted, rejected
and failed are what became of all that the batch's documents asked for, also of those that were in
the journal already. `tokens_per_second` are completion tokens per second of a busy engine. `cost`
is what was spent on engines with a price, null where there was none or in several currencies."""

GATES: dict[str, pl.DataType] = {
    "corpus": pl.String(),
    "batch": pl.String(),
    "gate": pl.String(),
    "judged": pl.Int64(),
    "refused": pl.Int64(),
    "acceptance_rate": pl.Float64(),
}
"""One row per gate that refused anything: the share of the judged texts that it let pass. A text
is refused by the first gate that it fails."""


def accounts(
    store: Store, ledger: Ledger, corpus: str | None = None, batch: str | None = None
) -> pl.DataFrame:
    """The ACCOUNTS of all generated corpora and batches, or of those named."""
    metered: dict[tuple[str, str], Metered] = {}
    for entry in ledger.entries(corpus, batch):
        metered.setdefault((entry.corpus, entry.batch), Metered()).book(entry)
    keys = metered.keys() | journaled(store.files, corpus, batch)
    rows = [_row(store, key, metered.get(key, Metered())) for key in sorted(keys)]
    return pl.DataFrame(rows, schema=ACCOUNTS)


def gate_rates(store: Store, corpus: str | None = None, batch: str | None = None) -> pl.DataFrame:
    """The GATES of all generated corpora and batches, or of those named."""
    keys = journaled(store.files, corpus, batch)
    rows = [row for key in keys for row in _gate_rows(store, key)]
    return pl.DataFrame(rows, schema=GATES)


def register_accounts(connection: duckdb.DuckDBPyConnection, store: Store, ledger: Ledger) -> None:
    """Make the tables `accounts` and `gates` in a DuckDB connection."""
    frames = {"accounts": accounts(store, ledger), "gates": gate_rates(store)}
    for name, frame in frames.items():
        connection.register("given", frame)
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given")
        connection.unregister("given")


def _row(store: Store, key: tuple[str, str], metered: Metered) -> dict[str, Any]:
    total = journal_totals(store.files, *key).larger(metered)
    cost, currency = metered.cost
    return {
        "corpus": key[0],
        "batch": key[1],
        "model": ", ".join(sorted(metered.models)) or None,
        "requests": total.requests,
        "prompt_tokens": total.prompt_tokens,
        "completion_tokens": total.completion_tokens,
        "seconds": metered.seconds,
        "gpu_seconds": metered.gpu_seconds,
        "tokens_per_second": metered.rate,
        "cost": cost,
        "currency": currency,
        **_outcomes(store, key),
        **_kept(store, key, cost),
    }


def _outcomes(store: Store, key: tuple[str, str]) -> dict[str, Any]:
    frame = _requests(store, key)
    if frame is None:
        return {}
    counts = dict(frame.group_by("outcome").agg(pl.len()).iter_rows())
    made = {name: counts.get(name, 0) for name in ("accepted", "rejected", "failed")}
    return made | {"acceptance_rate": _share(made["accepted"], frame.height)}


def _kept(store: Store, key: tuple[str, str], cost: float | None) -> dict[str, Any]:
    if not store.has(*key):
        return {}
    kept = store.open(*key, lawful=False).footer.counts.kept
    per_million = None if cost is None else _share(cost * 1e6, kept.tokens)
    return {
        "kept_documents": kept.documents,
        "kept_tokens": kept.tokens,
        "cost_per_million_kept_tokens": per_million,
    }


def _gate_rows(store: Store, key: tuple[str, str]) -> Iterator[dict[str, Any]]:
    frame = _requests(store, key)
    if frame is None:
        return
    judged = frame.filter(pl.col("outcome") != "failed")
    refused = judged.filter(
        (pl.col("outcome") == "rejected") & ~pl.col("reason").is_in(PASSED_IN_VAIN)
    )
    for gate, count in sorted(refused.group_by("reason").agg(pl.len()).iter_rows()):
        yield {
            "corpus": key[0],
            "batch": key[1],
            "gate": gate,
            "judged": judged.height,
            "refused": count,
            "acceptance_rate": _share(judged.height - count, judged.height),
        }


def _requests(store: Store, key: tuple[str, str]) -> pl.DataFrame | None:
    """Outcome and reason of every request of a published batch that lists them."""
    if not store.has(*key):
        return None
    corpus = store.open(*key, lawful=False)
    if "requests" not in corpus.footer.sidecars:
        return None
    return pl.concat(corpus.sidecar_frames("requests", ["outcome", "reason"]))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
