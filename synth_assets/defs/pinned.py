"""The profile of a process that loads the definitions, the same for a run and all its steps."""

import os

from synth_assets.home import Home
from synth_assets.profile import Profile, freeze, load_frozen, load_profile

HASH_VARIABLE = "SYNTH_ASSETS_PROFILE_HASH"


def pinned_profile() -> Profile:
    """The profile that this process was started under, or else the one in force now, frozen.

    The hash goes into the environment, which run workers, steps and the GPU lane inherit: an edit
    of the profile in the middle of a run changes nothing in it. Reloading the code location in
    the UI starts a process without the hash, which takes the edit up.
    Raises ProfileError, which fails the location's load with its one sentence.
    """
    home = Home.find()
    if (pinned := os.environ.get(HASH_VARIABLE)) is not None:
        return load_frozen(pinned, home)
    profile = load_profile(home=home)
    freeze(profile, home)
    os.environ[HASH_VARIABLE] = profile.hash
    return profile
