"""Encyclopedic article: the document as connected, impersonal prose."""

from synth_assets.rewriting.programs import by_passages
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step

RECIPE = Recipe(
    name="encyclopedic",
    description=(
        "Every document as an encyclopedic article, lists folded into prose; after the "
        "encyclopedic paraphrase of Nemotron-CC (arXiv 2412.02595) and WRAP's medium style "
        "(arXiv 2401.16380)."
    ),
    source="Nemotron-CC, arXiv 2412.02595",
    steps={"write": Step(prompts=load_prompts("encyclopedic", "write"))},
    program=by_passages,
    operation="encyclopedic",
    selection=Selection(min_words=40),
)
