"""What the commands share: the profile in force, and lines for people."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from synth_assets.home import Home
from synth_assets.profile import Profile, load_profile

console = Console(highlight=False)

ProfileFile = Annotated[
    Path | None, typer.Option("--profile", help="YAML that overrides parts of the default profile.")
]


def setting(profile_file: Path | None) -> tuple[Home, Profile]:
    """The home and the profile in force; processes that are started from here see the same."""
    home = Home.find()
    if profile_file is not None:
        os.environ["SYNTH_ASSETS_PROFILE"] = str(profile_file.absolute())
    return home, load_profile(home=home)


def say(text: str) -> None:
    """One line with the time before it."""
    console.print(f"{time.strftime('%H:%M:%S')} {text}", soft_wrap=True, markup=False)
