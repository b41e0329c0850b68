"""One batch judged: what was admitted before, its own links, and what follows from both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl

from synth_assets.dedup.decisions import Decisions, with_roots
from synth_assets.dedup.links import Linker, Stop, kin_candidates, repeated_rows
from synth_assets.dedup.search import Search, shared_rows
from synth_assets.dedup.signatures import hasher_of
from synth_assets.dedup.similarity import SetsOfAll, TextSource, own_sets
from synth_assets.dedup.texts import OwnBatch, Seen, Sighting, Text
from synth_assets.errors import CorpusError
from synth_assets.profile.dedup import DedupProfile


@dataclass(frozen=True)
class Judgement:
    """`verdicts` on the documents that leave, with `cluster_root`; `clusters`, one row per document
    that left and per document that stayed for others; `figures` for people."""

    verdicts: pl.DataFrame
    clusters: pl.DataFrame
    figures: dict[str, int]


def judge(
    own: OwnBatch,
    earlier: Sequence[Seen],
    source: TextSource,
    dedup: DedupProfile,
    *,
    scratch: Path,
    stop: Stop,
    versions: Mapping[str, Sighting] = MappingProxyType({}),
) -> Judgement:
    """Compare a batch with everything before it and with itself, and decide who leaves.

    `versions` names for documents of the batch the earlier version of the same page, for which
    they leave; see `dedup.same_page`.

    Memory follows the batch, not what was ever seen: bands are mapped, texts are read for
    candidates only, and of the batch's shingle sets what `memory_mb` does not hold lies in the
    folder `scratch`.
    """
    room = dedup.memory_mb << 19  # bytes: half for earlier sets, half for own ones
    hasher = hasher_of(dedup)
    shared = [shared_rows(own, batch, dedup) for batch in earlier]
    kin = kin_candidates(own, dedup)
    compared = np.any([repeated_rows(own), *shared], axis=0)
    rows = np.union1d(np.flatnonzero(compared), np.concatenate(kin))
    sets = own_sets(source, own, rows, hasher, scratch=scratch, room=room)
    known = SetsOfAll(source, hasher, room, (own.admitted.key, sets))
    search = Search(own, earlier, known, hasher=hasher, dedup=dedup, stop=stop)
    search.run(shared, versions.values())
    _refuse_met_again(own, search.texts)
    linker = Linker(own, dedup, stop)
    linker.kin(search.links, kin, sets)
    roots = linker.foreign(search.links, sets, search.numbers)
    decisions = Decisions(own, search.texts, search.links, roots, dedup, versions)
    verdicts = with_roots(decisions.verdicts())
    mine = verdicts.join(own.rows.select("doc_id"), on="doc_id", how="semi")
    figures = {
        "admitted_before": len(earlier),
        "pairs_compared": search.compared + linker.compared,
        "pairs_estimated": search.estimated,
        "clusters": mine["cluster_root"].n_unique(),
    }
    clusters = _clusters(mine, search.texts, own.admitted.key)
    return Judgement(mine.drop("stands_for"), clusters, figures)


def _refuse_met_again(own: OwnBatch, known: Mapping[int, Text]) -> None:
    """A document that was admitted twice would be its own duplicate."""
    documents = (item for text in known.values() for item in text.sightings)
    before = {item.doc_id: item.batch for item in documents if item.batch != own.admitted.key}
    again = own.rows.filter(
        pl.col("doc_id").is_in(pl.Series(list(before), dtype=pl.String).implode())
    )
    for doc_id in again["doc_id"].head(1):
        raise CorpusError(
            f"document {doc_id} of {own.admitted.key} was seen before, in {before[doc_id]}: "
            f"ids must differ, and a document is judged once"
        )


def _clusters(verdicts: pl.DataFrame, known: Mapping[int, Text], own: str) -> pl.DataFrame:
    """One row per document that left, and one per document that stayed for others."""
    batches = {item.doc_id: item.batch for text in known.values() for item in text.sightings}
    left = verdicts.select(cluster_id="cluster_root", doc_id="doc_id").with_columns(
        batch=pl.lit(own), kept=False
    )
    stayed = left.select("cluster_id").unique()
    stayed = stayed.with_columns(
        doc_id="cluster_id",
        batch=pl.col("cluster_id").replace_strict(batches, default=own, return_dtype=pl.String),
        kept=True,
    )
    return pl.concat([left, stayed]).sort("cluster_id", "doc_id")
