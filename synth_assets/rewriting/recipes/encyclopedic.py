"""Encyclopedic article: the document as connected, impersonal prose."""

from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection

RECIPE = Recipe(
    name="encyclopedic",
    description=(
        "Every document as an encyclopedic article, lists folded into prose; after the "
        "encyclopedic paraphrase of Nemotron-CC (arXiv 2412.02595) and WRAP's medium style "
        "(arXiv 2401.16380)."
    ),
    source="Nemotron-CC, arXiv 2412.02595",
    prompts=load_prompts("encyclopedic"),
    operation="encyclopedic",
    selection=Selection(min_words=40),
)
