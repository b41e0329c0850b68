"""A home with corpora in it."""

from dataclasses import dataclass

from synth_assets.corpus.store import Store
from synth_assets.home import Home
from synth_assets.profile import Profile


@dataclass(frozen=True)
class Site:
    """Where the corpora lie, and the profile that made them."""

    home: Home
    profile: Profile

    @property
    def store(self) -> Store:
        return Store(self.profile.root)
