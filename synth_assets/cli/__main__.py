"""`python -m synth_assets.cli`."""

from synth_assets.cli.app import main

main()
