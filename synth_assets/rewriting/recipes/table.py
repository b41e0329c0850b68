"""Table: what the document says, in rows and columns."""

from synth_assets.rewriting.gates import with_length
from synth_assets.rewriting.prompt import load_prompt
from synth_assets.rewriting.recipe import Recipe, Selection

RECIPE = Recipe(
    name="table",
    description=(
        "Every document as a Markdown table with an introduction; one of the four structured "
        "formats of FinePhrase (arXiv 2604.13977)."
    ),
    source="FinePhrase, arXiv 2604.13977",
    prompt=load_prompt("table"),
    operation="table",
    selection=Selection(min_words=40),
    gates=with_length(0.1, 2.0),  # a table says with fewer words what a page says
    join="tables",
)
