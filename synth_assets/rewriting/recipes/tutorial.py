"""Tutorial: the document as a lesson in numbered steps."""

from synth_assets.rewriting.gates import with_length
from synth_assets.rewriting.prompt import load_prompt
from synth_assets.rewriting.recipe import Recipe, Selection

RECIPE = Recipe(
    name="tutorial",
    description=(
        "Every document as a tutorial: goal, what is needed first, numbered steps; one of the "
        "four structured formats of FinePhrase (arXiv 2604.13977)."
    ),
    source="FinePhrase, arXiv 2604.13977",
    prompt=load_prompt("tutorial"),
    operation="tutorial",
    selection=Selection(min_words=40),
    gates=with_length(0.1, 3.0),  # of a page, only what is to be done
)
