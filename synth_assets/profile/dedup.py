"""The profile's section `dedup`."""

from pydantic import NonNegativeInt, PositiveInt

from synth_assets.hashing import digest_json
from synth_assets.profile.section import Section, Share


class Paragraphs(Section):
    """Paragraphs that an earlier document has are taken out of natural documents; `min_chars` is
    how many letters and digits one must have to be looked at."""

    min_chars: PositiveInt


class Semantic(Section):
    """English documents that mean the same are duplicates too, by the cosine of embeddings."""

    threshold: Share


class DedupProfile(Section):
    """MinHash parameters and what counts as a duplicate (Jaccard of word n-gram sets)."""

    ngram: PositiveInt
    bands: PositiveInt
    rows: PositiveInt
    seed: NonNegativeInt
    threshold: Share
    family_threshold: Share
    children_per_parent: PositiveInt
    paragraphs: Paragraphs | None
    semantic: Semantic | None
    memory_mb: PositiveInt

    @property
    def version(self) -> str:
        """Digest of what shapes the decisions: neither how much memory they take
        nor what is turned off is part of it."""
        shaping = self.model_dump(mode="json", exclude={"memory_mb"}, exclude_none=True)
        return digest_json(shaping)
