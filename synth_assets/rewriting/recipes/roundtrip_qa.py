"""Roundtrip-consistent questions: an answer is chosen, asked for, and given again.

A model picks answers out of a passage, word for word; writes a question for each; and answers it
anew from the passage, without knowing what it was made from. The pair is kept where both answers
are the same but for case, blanks and punctuation at their ends; the authors' extractive models
agree or not on spans. A question that holds its answer is left out, and one that was asked before.

The document stands first, byte for byte, and the pairs behind it. `added_at` is the character at
which they begin; `pairs` are those kept, `start` and `end` being the answer's characters in the
document and `answer_again` what was answered the second time; `n_candidates` is how many answers
were chosen, `n_kept` how many pairs are kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import Empty
from synth_assets.generation.gates.preamble import Preamble
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.judging import Passed
from synth_assets.rewriting.pairs import Pair, write_pairs
from synth_assets.rewriting.programs import MIN_PASSAGE_WORDS
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_items, read_line
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.weaving import SEPARATOR, cut_exactly
from synth_assets.rewriting.words import count_words, words_in

PASSAGE_WORDS = words_in(500)
MAX_ANSWERS = 5
"""Of a passage."""

GATES: tuple[Gate, ...] = (Truncated(), Empty(), Refusal())
PAIR = pl.Struct(
    {
        "start": pl.Int64(),
        "end": pl.Int64(),
        "question": pl.String(),
        "answer": pl.String(),
        "answer_again": pl.String(),
    }
)

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of the document that may be an answer, and the passage it stands in."""

    answer: str
    start: int
    passage: str


def same(one: str, other: str) -> bool:
    """Whether two answers agree."""
    return _plain(one) == _plain(other) != ""


def candidates(passage: str, offset: int, named: list[str]) -> list[Candidate]:
    """The spans among what was named, each once, at its first place in the passage."""
    stripped = dict.fromkeys(name.strip().strip("\"'“”«»`*") for name in named)
    there = [name for name in stripped if name and name in passage]
    return [Candidate(one, offset + passage.index(one), passage) for one in there[:MAX_ANSWERS]]


def roundtrip(talk: Conversation) -> Iterator[Written]:
    chosen, answers = _chosen(talk)
    if not chosen:
        talk.drop("no_answers", "0", "words that stand in the document")
    questions = _answered(talk, "question", [(one, {"answer": one.answer}) for one in chosen])
    fair = {
        one: answer
        for one, answer in questions.items()
        if _plain(one.answer) not in _plain(answer.value)
    }
    again = _answered(talk, "again", [(one, {"question": fair[one].value}) for one in fair])
    kept: dict[str, Candidate] = {}
    for one, answer in again.items():
        if same(one.answer, answer.value):
            kept.setdefault(fair[one].value, one)
    if not kept:
        talk.drop("no_agreement", f"0 of {len(chosen)}", "at least one answer given twice")
    used = [*answers, *(fair[one] for one in kept.values()), *(again[one] for one in kept.values())]
    yield _written(talk, kept, again, used, len(chosen))


def worth_asking(text: str) -> dict[int, str]:
    """The passages that are long enough, by where they begin."""
    found: dict[int, str] = {}
    offset = 0
    for passage in cut_exactly(text, PASSAGE_WORDS):
        if count_words(passage) >= MIN_PASSAGE_WORDS:
            found[offset] = passage
        offset += len(passage)
    return found


def _chosen(talk: Conversation) -> tuple[list[Candidate], list[Passed]]:
    """The candidates of all passages, and the answers that named them."""
    passages = worth_asking(talk.document.text)
    if not passages:
        talk.pass_over("too_short")
    asked = [Question(passage.strip()) for passage in passages.values()]
    answers = talk.ask_some("answers", asked)
    offsets = list(passages)
    chosen = [
        one
        for n, answer in answers.items()
        for one in candidates(passages[offsets[n]], offsets[n], answer.value)
    ]
    return chosen, list(answers.values())


def _answered(
    talk: Conversation, step: str, asked: list[tuple[Candidate, dict[str, str]]]
) -> dict[Candidate, Passed]:
    ends = talk.try_all(step, [Question(one.passage.strip(), fills) for one, fills in asked])
    return {one: end for (one, _), end in zip(asked, ends, strict=True) if isinstance(end, Passed)}


def _written(
    talk: Conversation,
    kept: dict[str, Candidate],
    again: dict[Candidate, Passed],
    used: list[Passed],
    n_candidates: int,
) -> Written:
    text = talk.document.text
    pairs = write_pairs(
        [Pair(asked, one.answer) for asked, one in kept.items()], talk.document.lang
    )
    rows = [
        {
            "start": one.start,
            "end": one.start + len(one.answer),
            "question": asked,
            "answer": one.answer,
            "answer_again": again[one].value,
        }
        for asked, one in kept.items()
    ]
    columns = {
        "added_at": len(text) + len(SEPARATOR),
        "pairs": rows,
        "n_candidates": n_candidates,
        "n_kept": len(kept),
    }
    return Written(f"{text}{SEPARATOR}{pairs}", used, columns, "question")


def _plain(text: str) -> str:
    return _EDGES.sub("", " ".join(text.casefold().split()))


RECIPE = Recipe(
    name="roundtrip_qa",
    description=(
        "Every document with questions behind it whose answers a model gave twice alike; "
        "roundtrip consistency after Alberti et al. (arXiv 1906.05416)."
    ),
    source="Alberti et al., arXiv 1906.05416",
    steps={
        "answers": Step(
            prompts=load_prompts("roundtrip_qa", "answers"),
            sampling=Sampling(temperature=0.7, top_p=0.95, max_new_tokens=256),
            gates=GATES,
            read=read_items,
        ),
        "question": Step(
            prompts=load_prompts("roundtrip_qa", "question", fills=["answer"]),
            sampling=Sampling(temperature=0.7, top_p=0.95, max_new_tokens=128),
            gates=(*GATES, Preamble(), Language(min_letters=20)),
            read=read_line,
        ),
        # greedy: the likeliest answer is the one to compare
        "again": Step(
            prompts=load_prompts("roundtrip_qa", "again", fills=["question"]),
            sampling=Sampling(max_new_tokens=128),
            gates=GATES,
            read=read_line,
        ),
    },
    writers=("question",),
    program=roundtrip,
    calls="one per passage, and two per answer, of which a passage has at most five",
    calls_at_most=lambda document: len(worth_asking(document.text)) * (1 + 2 * MAX_ANSWERS),
    relation="extends",
    selection=Selection(min_words=40),
    passage_words=PASSAGE_WORDS,
    columns={
        "added_at": pl.Int64(),
        "pairs": pl.List(PAIR),
        "n_candidates": pl.Int64(),
        "n_kept": pl.Int64(),
    },
)
