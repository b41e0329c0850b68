"""The profile's section `dedup`."""

from pydantic import NonNegativeInt, PositiveInt

from synth_assets.hashing import digest_json
from synth_assets.profile.section import Section, Share


class DedupProfile(Section):
    """MinHash parameters and what counts as a duplicate (Jaccard of word n-gram sets)."""

    ngram: PositiveInt
    bands: PositiveInt
    rows: PositiveInt
    seed: NonNegativeInt
    threshold: Share
    family_threshold: Share
    children_per_parent: PositiveInt
    memory_mb: PositiveInt

    @property
    def version(self) -> str:
        """Digest of what shapes the decisions: how much memory they take is none of it."""
        return digest_json(self.model_dump(mode="json", exclude={"memory_mb"}))
