"""What shapes a release, beside the batches: known without any of the code that makes one."""

from synth_assets.errors import ProfileError
from synth_assets.hashing import digest_json
from synth_assets.packing.version import code_version as packed_version
from synth_assets.profile.model import Profile
from synth_assets.profile.release import ReleaseProfile

VERSION = "1"
"""Of the code that shapes a release's bytes."""


def find_release(profile: Profile, name: str) -> ReleaseProfile:
    """Raises ProfileError where the profile declares no release of that name."""
    if name not in profile.releases:
        known = ", ".join(profile.releases) or "none; declare one under `releases`"
        raise ProfileError(f"no release {name} is declared; the profile has {known}")
    return profile.releases[name]


def code_version(profile: Profile, name: str) -> str:
    """Digest of what shapes a release, beside the batches."""
    declared = find_release(profile, name)
    seed = profile.seed if declared.seed is None else declared.seed
    return digest_json(["release", VERSION, declared.version, seed, packed_version(profile)])
