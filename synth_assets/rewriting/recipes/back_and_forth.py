"""Instruction back-and-forth translation: the instruction that a document answers, and a response
to it rewritten from the document.

A model says which instruction the document could be the answer to, another call scores the two on
a scale from 1 to 5, and where they fit, at least 4, a third writes the response anew from the
document. The authors tune a model for the first and keep the top of a ranked set; a threshold needs
no ranking. The text is the instruction, a blank line and the response. `instruction`, `response`
and `score` are what they say; the response before rewriting is the parent's text.
`n_foreign_numbers` counts numbers of the response that the document does not have.
"""

import re
from collections.abc import Iterator

import polars as pl

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import Empty
from synth_assets.generation.gates.preamble import Preamble
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_score
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step

MIN_SCORE = 4

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def there_and_back(talk: Conversation) -> Iterator[Written]:
    text = talk.document.text
    told = talk.ask("instruct", text)
    score = talk.ask("score", text, instruction=told.text)
    if score.value < MIN_SCORE:
        talk.drop("low_score", str(score.value), f"at least {MIN_SCORE}")
    response = talk.ask("respond", text, instruction=told.text)
    columns = {
        "instruction": told.text,
        "response": response.text,
        "score": score.value,
        "n_foreign_numbers": len(foreign_numbers(response.text, text)),
    }
    yield Written(f"{told.text}\n\n{response.text}", [told, score, response], columns)


def foreign_numbers(text: str, source: str) -> set[str]:
    """Numbers of the text that its source does not have."""
    return set(_NUMBER.findall(text)) - set(_NUMBER.findall(source))


RECIPE = Recipe(
    name="back_and_forth",
    description=(
        "The instruction that a document answers, and a response to it rewritten from the "
        "document; instruction back-and-forth translation (arXiv 2408.04614)."
    ),
    source="Instruction back-and-forth translation, arXiv 2408.04614",
    steps={
        "instruct": Step(
            prompts=load_prompts("back_and_forth", "instruct"),
            sampling=Sampling(temperature=0.7, top_p=0.9, max_new_tokens=256),
            gates=(Truncated(), Empty(), Refusal(), Preamble(), Language(min_letters=40)),
        ),
        "score": Step(
            prompts=load_prompts("back_and_forth", "score", fills=["instruction"]),
            sampling=Sampling(max_new_tokens=16),
            gates=(Truncated(), Refusal()),
            read=read_score,
        ),
        "respond": Step(
            prompts=load_prompts("back_and_forth", "respond", fills=["instruction"]),
            sampling=Sampling(temperature=0.7, top_p=0.9, max_new_tokens=2048),
            # what the instruction asks for of the document, said anew
            gates=changed(
                BASIC,
                {
                    "length_ratio": {"least": 0.05, "most": 2.0},
                    "copied": {"max_share": 0.7},
                    "numbers_kept": None,
                    "urls_kept": None,
                    "code_kept": None,
                },
            ),
        ),
    },
    program=there_and_back,
    calls="two, and one more where they fit",
    calls_at_most=lambda _: 3,
    # the document goes to the model whole
    selection=Selection(min_words=40, max_words=4000),
    columns={
        "instruction": pl.String(),
        "response": pl.String(),
        "score": pl.Int64(),
        "n_foreign_numbers": pl.Int64(),
    },
)
