"""Distil, of Nemotron-CC: the document condensed, passage by passage. No columns of its own."""

from synth_assets.generation.gates.catalogue import changed
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.programs import by_passages
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.recipes._nemotron import SOURCE, sampling
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.words import words_in

RECIPE = Recipe(
    name="distill",
    description=(
        "Every document condensed to what can be learned from it; the distilled text of "
        "Nemotron-CC (arXiv 2412.02595)."
    ),
    source=SOURCE,
    steps={
        "write": Step(
            prompts=load_prompts("distill", "write"),
            sampling=sampling(1600),
            # shorter, in words that may be the text's own: a copy is what is as long
            gates=changed(
                BASIC,
                {
                    "too_short": {"min_words": 10},
                    "length_ratio": {"least": 0.1, "most": 1.0},
                    "copied": {"max_share": 0.95},
                },
            ),
        )
    },
    program=by_passages,
    selection=Selection(min_words=80),
    passage_words=words_in(2000),
)
