"""WRAP, medium: every passage in the language of an encyclopedia. Columns: see `_wrap`.

`encyclopedic` makes one article of a whole document instead.
"""

from synth_assets.rewriting.recipes._wrap import wrap

# the style that changes a text least, in length and in facts
RECIPE = wrap(
    "medium",
    "Passages in the clear, even prose of an encyclopedia",
    {"length_ratio": {"least": 0.4, "most": 2.0}, "numbers_kept": {"min_share": 0.7}},
)
