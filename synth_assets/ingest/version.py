"""What shapes the rows of raw_web, known without any of the code that makes them."""

import polars as pl

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.hashing import digest_json
from synth_assets.ingest.extraction.versions import extractor_version
from synth_assets.packing.version import tokenizer_version
from synth_assets.profile.model import Profile

VERSION = "3"

COLUMNS: dict[str, pl.DataType] = DOCUMENT | {
    "canonical_url": pl.String(),
    "domain": pl.String(),
    "lang_hint": pl.String(),
    "content_type": pl.String(),
    "charset": pl.String(),
    "published_at": pl.Datetime("us", "UTC"),
}


def code_version(profile: Profile) -> str:
    """Digest of what shapes the rows; the batch limits do not, since manifests fix the batches."""
    return digest_json(
        [
            "raw_web",
            VERSION,
            profile.ingest.columns.version,
            extractor_version(profile.ingest.extractor),
            [rule.version for rule in profile.ingest.licenses],
            tokenizer_version(profile.packing.tokenizer),
        ]
    )
