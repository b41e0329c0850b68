"""FAQ: questions that the document answers, each with its answer."""

from synth_assets.rewriting.prompt import load_prompt
from synth_assets.rewriting.recipe import Recipe, Selection

RECIPE = Recipe(
    name="faq",
    description=(
        "Every document as frequently asked questions with their answers; one of the four "
        "structured formats of FinePhrase (arXiv 2604.13977)."
    ),
    source="FinePhrase, arXiv 2604.13977",
    prompt=load_prompt("faq"),
    operation="faq",
    selection=Selection(min_words=40),
)
