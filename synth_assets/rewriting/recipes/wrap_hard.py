"""WRAP, hard: every passage in terse and learned language. Columns: see `_wrap`."""

from synth_assets.rewriting.recipes._wrap import wrap

# terse: it may say the same with a quarter of the words, hardly with more
RECIPE = wrap(
    "hard",
    "Passages in terse, learned prose for scholars",
    {"length_ratio": {"least": 0.2, "most": 1.5}},
)
