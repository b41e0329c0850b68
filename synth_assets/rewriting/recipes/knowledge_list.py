"""Knowledge list, of Nemotron-CC: the pieces of knowledge in the document, one to a line.

As published, the list's marks are taken off, and text around the list is no part of it: here an
answer that has some is refused. What several passages say is listed once. `n_items` is how many
items there are.
"""

from collections.abc import Iterator

import polars as pl

from synth_assets.generation.gates.catalogue import changed
from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.programs import gathered
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_items
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.recipes._nemotron import MIN_WORDS, SOURCE, sampling
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.words import words_in


def listed(talk: Conversation) -> Iterator[Written]:
    answers = gathered(talk, MIN_WORDS)
    items = dict.fromkeys(" ".join(item.split()) for answer in answers for item in answer.value)
    yield Written("\n".join(items), answers, {"n_items": len(items)})


RECIPE = Recipe(
    name="knowledge_list",
    description=(
        "The pieces of knowledge in every document, one to a line; the knowledge list of "
        "Nemotron-CC (arXiv 2412.02595)."
    ),
    source=SOURCE,
    steps={
        "write": Step(
            prompts=load_prompts("knowledge_list", "write"),
            sampling=sampling(600),
            # the important pieces, not all of them; but each names its subject anew
            gates=changed(
                BASIC,
                {
                    "length_ratio": {"least": 0.05, "most": 2.0},
                    "numbers_kept": {"min_share": 0.3},
                    "urls_kept": None,
                    "code_kept": None,
                },
            ),
            read=read_items,
        )
    },
    program=listed,
    selection=Selection(min_words=40),
    passage_words=words_in(1000),
    columns={"n_items": pl.Int64()},
)
