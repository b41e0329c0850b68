"""Bonito's tasks with any model. Kinds, checks and columns: see `_bonito`.

The authors train a model of their own, which is `bonito_checkpoint`; sampling is theirs.
"""

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_task
from synth_assets.rewriting.recipes._bonito import bonito
from synth_assets.rewriting.step import Step

RECIPE = bonito(
    "bonito",
    "Every document with a task of one of sixteen kinds, and its response, at each passage",
    Step(
        prompts=load_prompts("bonito", "ask", fills=["task"]),
        sampling=Sampling(temperature=0.5, top_p=0.95, max_new_tokens=256),
        # a task and a response of a word or a page; the mark between them looks like a template's,
        # and extraction, completion and summaries take words from the passage
        gates=changed(
            BASIC,
            {
                "echo": None,
                "too_short": {"min_words": 4},
                "length_ratio": None,
                "copied": None,
                "numbers_kept": None,
                "urls_kept": None,
                "code_kept": None,
            },
        ),
        read=read_task,
    ),
)
