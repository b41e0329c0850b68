"""Tutorial: the document as a lesson in numbered steps."""

from synth_assets.generation.gates.catalogue import changed
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.programs import by_passages
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step

RECIPE = Recipe(
    name="tutorial",
    description=(
        "Every document as a tutorial: goal, what is needed first, numbered steps; one of the "
        "four structured formats of FinePhrase (arXiv 2604.13977)."
    ),
    source="FinePhrase, arXiv 2604.13977",
    steps={
        "write": Step(
            prompts=load_prompts("tutorial", "write"),
            # of a page, only what is to be done
            gates=changed(
                BASIC, {"length_ratio": {"least": 0.1}, "code_kept": None, "numbers_kept": None}
            ),
        )
    },
    program=by_passages,
    operation="tutorial",
    selection=Selection(min_words=40),
)
