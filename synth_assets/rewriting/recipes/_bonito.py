"""Bonito's sixteen kinds of task, for any model and for the released checkpoint.

Every passage of a document gets one task of a kind that is drawn for it, all kinds alike; the
authors' users name the kind. The document is there byte for byte, with what belongs to a task
around its passage: without the characters in `inserted` the text is the parent's. Where the
instruction says {{context}} the passage stands there, else the instruction follows it.

An answer that cannot be read is dropped, as published; so is, by our own checks, one that is not
in its passage where it must be (`exqa`), and a yes or no or a label that is none in English.
`tasks` are those taken; `n_asked` is how many passages were asked about.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.pairs import Pair
from synth_assets.rewriting.programs import worth_asking
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.weaving import INSERTED, SEPARATOR, Around, cut_exactly, weave
from synth_assets.rewriting.words import words_in

SOURCE = "Bonito, arXiv 2402.18334"
CONTEXT = "{{context}}"

TASKS: Mapping[str, str] = MappingProxyType(
    {
        "exqa": "extractive question answering",
        "mcqa": "multiple-choice question answering",
        "qg": "question generation",
        "qa": "question answering without choices",
        "ynqa": "yes-no question answering",
        "coref": "coreference resolution",
        "paraphrase": "paraphrase generation",
        "paraphrase_id": "paraphrase identification",
        "sent_comp": "sentence completion",
        "sentiment": "sentiment",
        "summarization": "summarization",
        "text_gen": "text generation",
        "topic_class": "topic classification",
        "wsd": "word sense disambiguation",
        "te": "textual entailment",
        "nli": "natural language inference",
    }
)
"""The released checkpoint's names of the kinds, by their short forms."""

LABELS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ynqa": frozenset({"yes", "no"}),
        "paraphrase_id": frozenset({"yes", "no"}),
        "te": frozenset({"yes", "no", "true", "false", "entailment", "not entailment"}),
        "nli": frozenset(
            {"entailment", "neutral", "contradiction", "yes", "no", "maybe"}
            | {
                "true",
                "false",
                "inconclusive",
                "always",
                "sometimes",
                "never",
                "correct",
                "incorrect",
            }
        ),
    }
)
"""What a response of these kinds may say in English."""

TASK = pl.Struct(
    {
        "passage": pl.Int64(),
        "task_type": pl.String(),
        "instruction": pl.String(),
        "response": pl.String(),
    }
)
COLUMNS: Schema = {"tasks": pl.List(TASK), "n_asked": pl.Int64(), **INSERTED}


def is_valid(kind: str, task: Pair, passage: str, lang: str) -> bool:
    """Whether the response is one that the kind of task allows."""
    if task.question.count(CONTEXT) > 1:
        return False
    if kind == "exqa":
        return _plain(task.answer) in _plain(passage)
    if lang == "eng_Latn" and kind in LABELS:
        return _plain(task.answer) in LABELS[kind]
    return True


def around(task: Pair) -> Around:
    """The instruction and the response around their passage."""
    before, mark, after = task.question.partition(CONTEXT)
    if not mark:
        before, after = "", task.question
    parts = [part for part in (after.strip(), task.answer) if part]
    return Around(before.strip(), SEPARATOR.join(parts))


def tasked(talk: Conversation) -> Iterator[Written]:
    passages = cut_exactly(talk.document.text, talk.recipe.passage_words)
    places = worth_asking(talk, passages)
    chance = talk.chance("task")
    kinds = {place: chance.choice(list(TASKS)) for place in places}
    questions = [Question(passages[n].strip(), {"task": TASKS[kinds[n]]}) for n in places]
    answers = {places[n]: one for n, one in talk.ask_some("ask", questions).items()}
    lang = talk.document.lang
    taken = {
        n: answer
        for n, answer in answers.items()
        if is_valid(kinds[n], answer.value, passages[n], lang)
    }
    if not taken:
        talk.drop("invalid_response", f"{len(answers)} tasks", "a response that its task allows")
    text, inserted = weave(passages, {n: around(answer.value) for n, answer in taken.items()})
    tasks = [
        {
            "passage": n,
            "task_type": kinds[n],
            "instruction": answer.value.question,
            "response": answer.value.answer,
        }
        for n, answer in taken.items()
    ]
    columns = {"tasks": tasks, "n_asked": len(places), "inserted": inserted}
    yield Written(text, list(taken.values()), columns)


def bonito(name: str, idea: str, step: Step) -> Recipe:
    """The recipe whose one step writes a task of the kind {task}."""
    return Recipe(
        name=name,
        description=f"{idea}; after Bonito (arXiv 2402.18334).",
        source=SOURCE,
        steps={"ask": step},
        program=tasked,
        relation="extends",
        selection=Selection(min_words=40),
        passage_words=words_in(1000),
        columns=COLUMNS,
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .\"'")
