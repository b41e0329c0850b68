"""Grammatical errors: the sentences of a document spoilt by rules, each with its correction.

After GECTurk (arXiv 2309.11346), who write such rules for Turkish; the rules here are our own, for
English and Catalan (`grammar/`). The text is an exercise: a line of the document with mistakes in
it, below it the line as it stands in the parent, and so on. It never teaches a mistake without its
correction, and lines without one are left out.

`edits` are the annotation: applied to the row's text they correct every spoilt line, `type` being
what a corrector does (M, U or R and the part of speech, after ERRANT). `pairs` says where spoilt
and correct lines stand in the text, and where in the parent's. `n_errors` counts the edits.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl

from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.edits import EDIT, Edit, apply_edits, read_edits, rows, undoing
from synth_assets.rewriting.grammar.noise import RULES, default_options, prose_lines
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.tasks import task_prompts


class Frame(NamedTuple):
    """What stands around the lines."""

    told: str
    spoilt: str
    correct: str


FRAMES = {
    "eng_Latn": Frame(
        "Every text below has mistakes in it. Under each stands the corrected text.",
        "Text: ",
        "Corrected: ",
    ),
    "cat_Latn": Frame(
        "Cada un dels textos següents té errors. A sota de cadascun hi ha el text corregit.",
        "Text: ",
        "Text corregit: ",
    ),
}

PAIR = pl.Struct(
    {
        "start": pl.Int64(),
        "end": pl.Int64(),
        "correct_start": pl.Int64(),
        "correct_end": pl.Int64(),
        "parent_start": pl.Int64(),
    }
)


def exercised(talk: Conversation) -> Iterator[Written]:
    answer = talk.ask("spoil", talk.document.text)
    text, edits, pairs = exercise(talk.document.text, answer.value, FRAMES[talk.document.lang])
    columns = {"edits": rows(edits), "pairs": pairs, "n_errors": len(edits)}
    yield Written(text, [answer], columns)


def exercise(
    parent: str, mistakes: Sequence[Edit], frame: Frame
) -> tuple[str, list[Edit], list[dict[str, int]]]:
    """The exercise, the edits that correct it, and its pairs."""
    parts, at = [frame.told], len(frame.told)
    edits: list[Edit] = []
    pairs = []
    for begin, whole in prose_lines(parent):
        line = whole.rstrip()
        end = begin + len(line)
        own = [edit.moved(-begin) for edit in mistakes if begin <= edit.start < end]
        if not own:
            continue
        spoilt = apply_edits(line, own)
        start = at + len(f"\n\n{frame.spoilt}")
        correct = start + len(f"{spoilt}\n\n{frame.correct}")
        parts.append(f"\n\n{frame.spoilt}{spoilt}\n\n{frame.correct}{line}")
        at = correct + len(line)
        edits += [edit.moved(start) for edit in undoing(own)]
        places = (start, start + len(spoilt), correct, at, begin)
        pairs.append(dict(zip(PAIR.to_schema(), places, strict=True)))
    return "".join(parts), edits, pairs


RECIPE = Recipe(
    name="grammatical_errors",
    description=(
        "Sentences of every document spoilt by rules of grammar, each with its correction and an "
        "annotation of every mistake; after GECTurk (arXiv 2309.11346)."
    ),
    source="GECTurk, arXiv 2309.11346",
    steps={
        "spoil": Step(
            prompts=task_prompts("grammatical_errors"), parsers=(), gates=(), read=read_edits
        )
    },
    program=exercised,
    calls="none, by rules",
    operation="grammatical_errors",
    served_by="rules",
    selection=Selection(frozenset(RULES), min_words=40),
    options=default_options(),
    columns={"edits": pl.List(EDIT), "pairs": pl.List(PAIR), "n_errors": pl.Int64()},
)
