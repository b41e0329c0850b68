"""Where things lie on this machine: Dagster's history, corpora, frozen profiles, the inbox."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folder $SYNTH_ASSETS_HOME, or else `.synth_assets` under the current folder."""

    path: Path

    @classmethod
    def find(cls) -> "Home":
        named = os.environ.get("SYNTH_ASSETS_HOME")
        return cls(Path(named or ".synth_assets").expanduser().absolute())

    @property
    def dagster(self) -> Path:
        """$DAGSTER_HOME when it is set: a user may keep an instance of their own."""
        named = os.environ.get("DAGSTER_HOME")
        return Path(named).absolute() if named else self.path / "dagster"

    def frozen_profile(self, profile_hash: str) -> Path:
        return self.dagster / "profiles" / f"{profile_hash}.yaml"

    def resolve(self, location: str) -> str:
        """An absolute path or URL; relative ones start from the home."""
        if "://" in location:
            return location
        path = Path(location).expanduser()
        return str(path if path.is_absolute() else self.path / path)
