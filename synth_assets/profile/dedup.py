"""The profile's section `dedup`."""

from pydantic import NonNegativeInt, PositiveInt

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
