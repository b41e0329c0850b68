"""FAQ: questions that the document answers, each with its answer."""

from synth_assets.rewriting.programs import by_passages
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step

RECIPE = Recipe(
    name="faq",
    description=(
        "Every document as frequently asked questions with their answers; one of the four "
        "structured formats of FinePhrase (arXiv 2604.13977)."
    ),
    source="FinePhrase, arXiv 2604.13977",
    steps={"write": Step(prompts=load_prompts("faq", "write"))},
    program=by_passages,
    operation="faq",
    selection=Selection(min_words=40),
)
