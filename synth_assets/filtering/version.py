"""What shapes the rows of filtered, known without any of the code that makes them."""

import polars as pl

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.filtering import attributes
from synth_assets.filtering.attribute import versions
from synth_assets.filtering.pii.masking import COLUMNS as PII_COLUMNS
from synth_assets.filtering.pii.masking import masking_version
from synth_assets.hashing import digest_json
from synth_assets.packing.version import tokenizer_version
from synth_assets.profile.model import Profile

VERSION = "2"
"""Raise by hand when the same attributes and profile give other rows."""

COLUMNS: dict[str, pl.DataType] = DOCUMENT | attributes.COLUMNS | dict(PII_COLUMNS)


def code_version(profile: Profile) -> str:
    """Digest of what shapes this corpus: the stage, its attributes, the profile's filtering
    section, and what masks and counts again."""
    measured = versions(attributes.build(profile.filtering))
    masked = [masking_version(profile.filtering.pii), tokenizer_version(profile.packing.tokenizer)]
    return digest_json(["filtered", VERSION, profile.filtering.version, measured, masked])
