"""WRAP, easy: every passage retold as for a small child. Columns: see `_wrap`."""

from synth_assets.rewriting.recipes._wrap import wrap

# plain words take more of them
RECIPE = wrap(
    "easy",
    "Passages retold in short sentences and everyday words",
    {"length_ratio": {"least": 0.4, "most": 3.0}},
)
