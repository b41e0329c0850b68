"""Duplicates of what was taken down brought back, by explicit wish only.

Of each cluster whose root was taken down the first document in precedence that left for it takes
its place; the others, what was made of it among them, then stand for that one. Nothing else is
judged again: that is `synth-assets batch republish`.
"""

from collections.abc import Callable

import polars as pl

from synth_assets.corpus.schema import DROPPED
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus, Store
from synth_assets.dedup.editing import COLUMNS as EDITED_COLUMNS
from synth_assets.dedup.editing import SIDECAR as EDITED
from synth_assets.dedup.stage import CLUSTER_COLUMNS, COLUMNS
from synth_assets.ingest.plan import all_manifests
from synth_assets.line import build_line
from synth_assets.profile.model import Profile
from synth_assets.takedown.register import DOCUMENTS, REASON, read_ids
from synth_assets.takedown.rewriting import law_now

CHOSEN = ["doc_id", "cluster_root", "drop_reason", "kind"]


def reinstate(
    store: Store, profile: Profile, log: Callable[[str], None] = lambda _: None
) -> dict[str, int]:
    """How many documents came back, by batch; `deduped` and `packed` of these, and of batches whose
    documents stand for another one now, are written again."""
    heirs = _heirs(store)
    back: dict[str, int] = {}
    for batch in _judged(store):
        corpus = store.open("deduped", batch, lawful=False)
        waiting = pl.concat(corpus.sidecar_frames("dropped", CHOSEN))
        if waiting.filter(_orphaned(heirs)).is_empty():
            continue
        back[batch] = _write(store, corpus, heirs)
        (stage,) = (stage for stage in build_line(profile) if stage.corpus == "packed")
        if store.has("packed", batch):
            stage.run(StageRun(store, profile, batch, stage.code_version))
        log(f"deduped, batch {batch}: {back[batch]:,} documents are back")
    return back


def _heirs(store: Store) -> pl.DataFrame:
    """`cluster_root` that was taken down, and `heir`: who takes its place."""
    frames = [pl.DataFrame(schema=dict.fromkeys([*CHOSEN, "place"], pl.String))]
    if store.files.exists(DOCUMENTS):
        chosen = pl.col("cluster_root").is_in(read_ids(store.files).implode())
        for place, batch in enumerate(_judged(store)):
            opened = store.open("deduped", batch, lawful=False)
            for frame in opened.sidecar_frames("dropped", CHOSEN):
                orphans = frame.filter(chosen & (pl.col("drop_reason") != REASON))
                frames.append(orphans.with_columns(place=pl.lit(f"{place:09}")))
    order = ["cluster_root", "place", pl.col("kind") != "natural", "doc_id"]
    first = pl.concat(frames).sort(order).unique("cluster_root", keep="first", maintain_order=True)
    return first.select("cluster_root", heir="doc_id")


def _judged(store: Store) -> list[str]:
    return [item.key for item in all_manifests(store) if store.has("deduped", item.key)]


def _orphaned(heirs: pl.DataFrame) -> pl.Expr:
    return pl.col("cluster_root").is_in(heirs["cluster_root"].implode()) & (
        pl.col("drop_reason") != REASON
    )


def _write(store: Store, corpus: Corpus, heirs: pl.DataFrame) -> int:
    old = corpus.footer
    with store.write(
        "deduped", corpus.batch, schema=COLUMNS, code_version=old.code_version, inputs=old.inputs
    ) as writer:
        writer.sidecar("clusters", CLUSTER_COLUMNS)
        for frame in corpus.frames():
            writer.keep(frame)
        if EDITED in old.sidecars:
            writer.sidecar(EDITED, EDITED_COLUMNS)
            for frame in corpus.sidecar_frames(EDITED):
                writer.add(EDITED, frame)
        for frame in corpus.sidecar_frames("dropped"):
            named = frame.join(heirs, on="cluster_root", how="left", maintain_order="left")
            is_back = pl.col("heir").is_not_null() & (pl.col("heir") == pl.col("doc_id"))
            orphans = pl.col("drop_reason") != REASON
            back = named.filter(is_back & orphans)
            writer.keep(back.select(pl.exclude(*DROPPED, "heir", "cluster_root", "similarity")))
            rest = named.filter(~(is_back & orphans))
            root = pl.when(orphans).then(pl.coalesce("heir", "cluster_root"))
            writer.drop(
                rest.with_columns(root.otherwise("cluster_root").alias("cluster_root")).drop("heir")
            )
        for frame in corpus.sidecar_frames("clusters"):
            writer.add("clusters", _clusters(frame, heirs))
        writer.counts.read, writer.counts.other = old.counts.read, old.counts.other
        moved = writer.counts.kept.documents - old.counts.kept.documents
        writer.commit(*(law_now(law, old, writer.counts) for law in old.laws))
        return moved


def _clusters(frame: pl.DataFrame, heirs: pl.DataFrame) -> pl.DataFrame:
    """The heir stays for its cluster now; the root that is gone is no member any more."""
    named = frame.join(heirs, left_on="cluster_id", right_on="cluster_root", how="left")
    left = named.filter(pl.col("heir").is_null() | (pl.col("doc_id") != pl.col("cluster_id")))
    is_heir = (pl.col("heir") == pl.col("doc_id")).fill_null(False)
    return left.with_columns(
        cluster_id=pl.coalesce("heir", "cluster_id"), kept=pl.col("kept") | is_heir
    ).select(list(CLUSTER_COLUMNS))
