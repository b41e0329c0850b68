"""Thinking-augmented pretraining: the document, and behind it how an expert thinks it through.

The document's text stands first, byte for byte, then a blank line, then the thought. `added_at` is
the character at which the thought begins, `n_thought_words` its length. The authors give a thought
up to some 8,000 tokens; we begin with 4,096 and give one that ran out of them 8,192.
"""

from collections.abc import Iterator

import polars as pl

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.words import count_words

SEPARATOR = "\n\n"


def thought_through(talk: Conversation) -> Iterator[Written]:
    text = talk.document.text
    thought = talk.ask("think", text)
    columns = {
        "added_at": len(text) + len(SEPARATOR),
        "n_thought_words": count_words(thought.text),
    }
    yield Written(f"{text}{SEPARATOR}{thought.text}", [thought], columns)


RECIPE = Recipe(
    name="thinking",
    description=(
        "Every document as it is, with an expert's thoughts on it behind it; after Thinking "
        "Augmented Pre-training (arXiv 2509.20186)."
    ),
    source="Thinking Augmented Pre-training, arXiv 2509.20186",
    steps={
        "think": Step(
            prompts=load_prompts("thinking", "think"),
            sampling=Sampling(temperature=0.6, top_p=0.95, max_new_tokens=4096),
            # a thought is as long as the matter is hard; it is about the text, not the text again
            gates=changed(
                BASIC,
                {
                    "too_short": {"min_words": 50},
                    "length_ratio": None,
                    "copied": {"max_share": 0.5},
                    "numbers_kept": None,
                    "urls_kept": None,
                    "code_kept": None,
                },
            ),
        )
    },
    program=thought_through,
    calls="one",
    relation="extends",
    # the document goes to the model whole, and must leave it room to think
    selection=Selection(min_words=40, max_words=4000),
    columns={"added_at": pl.Int64(), "n_thought_words": pl.Int64()},
)
