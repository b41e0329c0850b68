"""What the tests of this room share."""

from pathlib import Path

import pytest

from synth_assets.profile import Profile, load_profile


@pytest.fixture
def light(tmp_path: Path) -> Profile:
    """A profile without models: raw_web, filtered, signatures, deduped, packed."""
    path = tmp_path / "light.yaml"
    path.write_text(
        "rewriting: {recipes: {faq: null, tutorial: null, table: null, encyclopedic: null,"
        " grammatical_errors: null}}\n"
        "translation: {targets: {cat_Latn: null}}\n"
    )
    return load_profile(path)
