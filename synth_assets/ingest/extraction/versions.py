"""What a change of extractor changes: digests for code versions."""

from importlib.metadata import PackageNotFoundError, version

from synth_assets.hashing import digest_json
from synth_assets.ingest.extraction.scorer import weights_version

VERSION = "1"
"""Raised whenever blocks, features, rules or Markdown come out otherwise."""


def extractor_version(extractor: str) -> str:
    """Digest of all that shapes the main text of a page."""
    if extractor == "blocks":
        return digest_json([extractor, VERSION, weights_version(), _installed("resiliparse")])
    return digest_json([extractor, _installed(extractor)])


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
