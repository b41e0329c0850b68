"""`synth-assets`: the command line, one file per group of commands."""

from synth_assets.cli.app import app, main

__all__ = ["app", "main"]
