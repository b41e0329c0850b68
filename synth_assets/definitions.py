"""The code location: everything the Dagster UI shows, made from the profile in force."""

from synth_assets.defs.build import build_definitions
from synth_assets.defs.pinned import pinned_profile

PROFILE = pinned_profile()
defs = build_definitions(PROFILE)
