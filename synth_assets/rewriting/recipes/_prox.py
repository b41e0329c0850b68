"""What ProX's recipes share: the steps' limits, their columns, and the chunk programs at work.

`doc_program` is what the model said of the document and `chunk_program` of its lines, null where it
was not asked; `edits` are the changed lines, counted from 0, `after` null for those removed; where
there are more than one bad call the document stays as it was, and `edits` are none. `n_errors`
counts bad calls, `kept_ratio` is the share of the document's words that is left.

A document that a program drops lies among the recipe's dropped ones; `filtered` still has it. A
release that wants ProX's verdicts takes this recipe's documents alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.gates.length import Empty
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.judging import Passed
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.prox.executor import cut_chunks, execute, judge, numbered
from synth_assets.rewriting.prox.program import read_program, read_verdict
from synth_assets.rewriting.recipe import Program, Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.words import count_words, first_words, words_in

SOURCE = "ProX, arXiv 2409.17115"
DOCUMENT_WORDS = words_in(2000)
CHUNK_WORDS = words_in(1500)

GATES: tuple[Gate, ...] = (Truncated(), Empty(), Refusal())
"""An answer is a program, and no text for the corpus: what it is worth its reader says."""

EDIT = pl.Struct({"line": pl.Int64(), "before": pl.String(), "after": pl.String()})
COLUMNS: Schema = {
    "doc_program": pl.String(),
    "chunk_program": pl.String(),
    "edits": pl.List(EDIT),
    "n_errors": pl.Int64(),
    "kept_ratio": pl.Float64(),
}


def document_step(recipe: str) -> Step:
    return Step(
        prompts=load_prompts(recipe, "document"),
        sampling=Sampling(max_new_tokens=64),
        gates=GATES,
        read=read_verdict,
    )


def chunk_step(recipe: str) -> Step:
    return Step(
        prompts=load_prompts(recipe, "chunk"),
        sampling=Sampling(max_new_tokens=256),
        gates=GATES,
        read=read_program,
    )


def prox(
    name: str, description: str, steps: Mapping[str, Step], program: Program, **fields: Any
) -> Recipe:
    """A recipe of the family."""
    return Recipe(
        name=name,
        description=f"{description} (arXiv 2409.17115).",
        source=SOURCE,
        steps=steps,
        program=program,
        relation="supersedes",
        kind="edited",
        selection=Selection(min_words=20),
        columns=COLUMNS,
        **fields,
    )


def verdict(talk: Conversation) -> Passed:
    """What the model says of the document's beginning; the document ends here where it says
    `drop_doc`."""
    answer = talk.ask("document", first_words(talk.document.text, DOCUMENT_WORDS))
    if not answer.value:
        talk.drop("drop_doc", answer.text)
    return answer


def refined(talk: Conversation, before: Sequence[Passed] = ()) -> Written:
    """The document after the programs for its chunks; `before` are the answers that led here."""
    text = talk.document.text
    chunks = cut_chunks(text, talk.recipe.passage_words)
    answers = talk.ask_all("chunk", [Question(numbered(text, chunk)) for chunk in chunks])
    programs = [answer.value for answer in answers]
    executed = execute(text, list(zip(chunks, programs, strict=True)))
    outcome = judge(text, executed)
    if outcome == "dropped":
        talk.drop("nothing_left", f"{count_words(executed.text)} words")
    if outcome == "kept":
        executed = replace(executed, text=text, edits=())
    columns = {
        "doc_program": before[0].text if before else None,
        "chunk_program": "\n".join(answer.text for answer in answers),
        "edits": [edit._asdict() for edit in executed.edits],
        "n_errors": executed.n_bad,
        "kept_ratio": _kept(text, executed.text),
    }
    return Written(executed.text, [*before, *answers], columns)


def untouched(talk: Conversation, answer: Passed) -> Written:
    """The document as it is."""
    columns: Mapping[str, Any] = {
        "doc_program": answer.text,
        "chunk_program": None,
        "edits": [],
        "n_errors": 0,
        "kept_ratio": 1.0,
    }
    return Written(talk.document.text, [answer], columns)


def _kept(text: str, left: str) -> float:
    return round(count_words(left) / max(1, count_words(text)), 4)
