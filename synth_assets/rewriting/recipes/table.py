"""Table: what the document says, in rows and columns."""

from synth_assets.generation.gates.catalogue import changed
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.programs import by_passages
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step

RECIPE = Recipe(
    name="table",
    description=(
        "Every document as a Markdown table with an introduction; one of the four structured "
        "formats of FinePhrase (arXiv 2604.13977)."
    ),
    source="FinePhrase, arXiv 2604.13977",
    steps={
        "write": Step(
            prompts=load_prompts("table", "write"),
            # a table says with fewer words what a page says, and leaves out its examples
            gates=changed(
                BASIC,
                {
                    "length_ratio": {"least": 0.1, "most": 2.0},
                    "numbers_kept": {"min_share": 0.3},
                    "code_kept": None,
                },
            ),
        )
    },
    program=by_passages,
    operation="table",
    selection=Selection(min_words=40),
    join="tables",
)
