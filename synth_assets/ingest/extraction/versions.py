"""What a change of extractor changes: digests for code versions."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from synth_assets.hashing import digest, digest_json

VERSION = "1"
"""Raised whenever blocks, features, rules or Markdown come out otherwise."""

WEIGHTS = Path(__file__).with_name("weights.json")
"""Weights by feature, and `bias`; `python -m synth_assets.bench.extract.fit` makes the file."""


def extractor_version(extractor: str) -> str:
    """Digest of all that shapes the main text of a page."""
    if extractor == "blocks":
        return digest_json(
            [extractor, VERSION, digest(WEIGHTS.read_text()), _installed("resiliparse")]
        )
    return digest_json([extractor, _installed(extractor)])


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
