"""A control: a model goes on where the document ends, which BeyondWeb found to be hardly better
than to repeat the document.

The row is the continuation alone. No columns of its own.
"""

from collections.abc import Iterator

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.words import count_words

MIN_CONTEXT_WORDS = 60


def continued(talk: Conversation) -> Iterator[Written]:
    """From the last passages that together are enough to go by."""
    context: list[str] = []
    for passage in reversed(talk.passages):
        context.insert(0, passage)
        if sum(map(count_words, context)) >= MIN_CONTEXT_WORDS:
            break
    answer = talk.ask("write", "\n\n".join(context))
    yield Written(answer.text, [answer])


RECIPE = Recipe(
    name="control_continue",
    description=(
        "A continuation of every document, as a control to compare other recipes with; "
        "BeyondWeb (arXiv 2508.10975)."
    ),
    source="BeyondWeb, arXiv 2508.10975",
    steps={
        "write": Step(
            prompts=load_prompts("control_continue", "write"),
            sampling=Sampling(temperature=0.8, top_p=0.95, max_new_tokens=1024),
            # it goes on: nothing of what it was given has to come again, or should
            gates=changed(
                BASIC,
                {
                    "copied": {"max_share": 0.3},
                    "numbers_kept": None,
                    "urls_kept": None,
                    "code_kept": None,
                },
            ),
        )
    },
    program=continued,
    calls="one",
    selection=Selection(min_words=60),
)
