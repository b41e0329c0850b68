"""What shapes signatures and decisions, known without any of the code that makes them."""

import polars as pl

from synth_assets.corpus.schema import DOCUMENT, Schema
from synth_assets.hashing import digest_json
from synth_assets.profile.dedup import DedupProfile
from synth_assets.profile.model import Profile

VERSION = "3"
SIGNATURES_VERSION = 2

COLUMNS: Schema = DOCUMENT | {
    "relation": pl.String(),
    # the `quality_tier` that the filter gave the page; null where no recipe passed it on
    "tier": pl.String(),
    # of dropped rows: the document that stayed for this one, by way of others where need be
    "cluster_root": pl.String(),
    # of dropped rows: Jaccard similarity to `duplicate_of`
    "similarity": pl.Float64(),
}

CLUSTER_COLUMNS: Schema = {
    # the document that stayed
    "cluster_id": pl.String(),
    "doc_id": pl.String(),
    "batch": pl.String(),
    "kept": pl.Boolean(),
}

SIGNATURE_COLUMNS: Schema = {
    # its number in bands.npy and minhash.npy; rows are in precedence: natural before made, by id
    "row": pl.UInt32(),
    "doc_id": pl.String(),
    # where its text is read again when a match must be verified
    "corpus": pl.String(),
    "row_group": pl.Int64(),
    # its own, its parents' and its roots' ids: documents that share one are of one family
    "family": pl.List(pl.String()),
    "parent_ids": pl.List(pl.String()),
    "kind": pl.String(),
    # adds, supersedes or extends, as its recipe declares; null for natural documents
    "relation": pl.String(),
    "content_hash": pl.String(),
    # repeated ones counted each time; 0 for a text without words, which has no bands
    "n_shingles": pl.Int64(),
}


def code_version(profile: Profile) -> str:
    """Digest of what shapes the decisions and, where texts are edited, what counts them again."""
    shaping = ["deduped", VERSION, profile.dedup.version]
    if profile.dedup.paragraphs is not None:
        from synth_assets.dedup import paragraphs
        from synth_assets.packing.version import tokenizer_version

        shaping += [paragraphs.VERSION, tokenizer_version(profile.packing.tokenizer)]
    return digest_json(shaping)


def signatures_version(profile: Profile) -> str:
    """Digest of what shapes the signatures; the thresholds are none of it."""
    return digest_json(["signatures", parameters(profile.dedup)])


def parameters(dedup: DedupProfile) -> dict[str, int]:
    """What two signatures must share to be comparable; stored with every batch of them."""
    also: dict[str, int] = {}
    if dedup.paragraphs is not None:
        also["paragraphs"] = dedup.paragraphs.min_chars
    if dedup.semantic is not None:
        from synth_assets.dedup import embedding

        also["embeddings"] = embedding.VERSION
    return also | {
        "ngram": dedup.ngram,
        "bands": dedup.bands,
        "rows": dedup.rows,
        "seed": dedup.seed,
        "version": SIGNATURES_VERSION,
    }
