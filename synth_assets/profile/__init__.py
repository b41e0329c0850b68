"""The profile: one validated YAML that says what to build, by which rules, with which models."""

from synth_assets.profile.load import freeze, load_frozen, load_profile
from synth_assets.profile.model import Profile

__all__ = ["Profile", "freeze", "load_frozen", "load_profile"]
