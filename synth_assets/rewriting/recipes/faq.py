"""FAQ: questions that the document answers, each with its answer."""

from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection

RECIPE = Recipe(
    name="faq",
    description=(
        "Every document as frequently asked questions with their answers; one of the four "
        "structured formats of FinePhrase (arXiv 2604.13977)."
    ),
    source="FinePhrase, arXiv 2604.13977",
    prompts=load_prompts("faq"),
    operation="faq",
    selection=Selection(min_words=40),
)
