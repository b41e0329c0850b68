"""What the tests of this room share."""

import pytest

from synth_assets.profile import Profile
from synth_assets_tests.dedup.corpora import only_faq


@pytest.fixture
def small(profile: Profile) -> Profile:
    """The default profile with one recipe and no translation."""
    return only_faq(profile)
