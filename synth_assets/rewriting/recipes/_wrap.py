"""What the four styles of WRAP share: passages of 300 tokens, each a document of its own.

`style` names the style, `passage` counts the document's passages from 0, `n_passages` is how many
there are. Passages under 20 words are not asked about.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.programs import each_passage
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Program, Recipe, Selection
from synth_assets.rewriting.step import Reader, Step
from synth_assets.rewriting.words import words_in

SOURCE = "WRAP, arXiv 2401.16380"
COLUMNS: Schema = {"style": pl.String(), "passage": pl.Int64(), "n_passages": pl.Int64()}


def placed(talk: Conversation, place: int) -> dict[str, Any]:
    """Values of COLUMNS for the passage at a place."""
    style = talk.recipe.name.removeprefix("wrap_")
    return {"style": style, "passage": place, "n_passages": len(talk.passages)}


def rewritten(talk: Conversation) -> Iterator[Written]:
    for place, answer in each_passage(talk):
        yield Written(answer.text, [answer], placed(talk, place))


def wrap(
    style: str,
    idea: str,
    gates: Mapping[str, Mapping[str, Any] | None],
    *,
    program: Program = rewritten,
    read: Reader = str,
    columns: Schema = COLUMNS,
) -> Recipe:
    """The recipe wrap_<style>; `gates` are its changes to BASIC."""
    name = f"wrap_{style}"
    step = Step(
        prompts=load_prompts(name, "write"),
        sampling=Sampling(temperature=0.7, top_p=0.95, max_new_tokens=768),
        # a passage may have 20 words, and new sentences have no reason to be the old ones
        gates=changed(
            BASIC, {"too_short": {"min_words": 10}, "copied": {"max_share": 0.6}, **gates}
        ),
        read=read,
    )
    return Recipe(
        name=name,
        description=f"{idea}; the {style} style of WRAP (arXiv 2401.16380).",
        source=SOURCE,
        steps={"write": step},
        program=program,
        selection=Selection(min_words=40),
        passage_words=words_in(300),
        columns=columns,
    )
