"""A control: plain summaries, which BeyondWeb found to match sets that a generator invents.

No columns of its own. Compare under an equal budget of tokens in a release.
"""

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.programs import by_passages
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step

RECIPE = Recipe(
    name="control_summarise",
    description=(
        "Every document summarised, as a control to compare other recipes with; "
        "BeyondWeb (arXiv 2508.10975)."
    ),
    source="BeyondWeb, arXiv 2508.10975",
    steps={
        "write": Step(
            prompts=load_prompts("control_summarise", "write"),
            sampling=Sampling(temperature=0.7, top_p=0.95, max_new_tokens=1024),
            # a summary leaves most out, and must be shorter
            gates=changed(
                BASIC,
                {
                    "length_ratio": {"least": 0.03, "most": 0.7},
                    "numbers_kept": None,
                    "urls_kept": None,
                    "code_kept": None,
                },
            ),
        )
    },
    program=by_passages,
    selection=Selection(min_words=100),
    passage_words=1500,
)
