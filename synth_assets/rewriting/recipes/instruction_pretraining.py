"""Instruction Pre-Training with any model: documents in twos, each with its tasks behind it.

Rounds, layouts and columns: see `_instructions`. The authors decode their own synthesizer greedily;
it is `instruction_synthesizer`.
"""

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.pairs import LETTERS
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_pairs
from synth_assets.rewriting.recipes._instructions import Shown, instructed
from synth_assets.rewriting.step import Step

ASKED, SAID = LETTERS


def show(earlier: Shown) -> str:
    if not earlier:
        return "(none)"
    return "\n\n".join(
        "\n".join(
            [passage, "", *(f"{ASKED}: {one.question}\n{SAID}: {one.answer}" for one in pairs)]
        )
        for passage, pairs in earlier
    )


RECIPE = instructed(
    "instruction_pretraining",
    "Documents in twos, each with tasks of many kinds and their answers behind it",
    Step(
        prompts=load_prompts("instruction_pretraining", "ask", fills=["examples"]),
        sampling=Sampling(temperature=0.5, top_p=0.9, max_new_tokens=600),
        # a few pairs on a passage of any length; they ask for a part of what it says
        gates=changed(
            BASIC,
            {
                "too_short": {"min_words": 8},
                "length_ratio": None,
                "numbers_kept": None,
                "urls_kept": None,
                "code_kept": None,
            },
        ),
        read=read_pairs,
    ),
    show,
)
