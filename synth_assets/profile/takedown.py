"""The profile's section `takedowns`."""

from synth_assets.profile.section import Section


class TakedownProfile(Section):
    """Where the takedown list lies, which the nightly refresh applies; null: nowhere."""

    list: str | None
