"""What shapes the rows of raw_web, known without any of the code that makes them."""

from synth_assets.hashing import digest_json
from synth_assets.ingest.extraction.versions import extractor_version
from synth_assets.packing.version import tokenizer_version
from synth_assets.profile.model import Profile

VERSION = "3"


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
