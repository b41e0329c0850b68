"""Instruction Pre-Training's rounds, for any model and for the released synthesizer.

The authors put M texts with their pairs into one example, each asked about in the sight of those
before it. Here as there the texts are M documents, of one language and licence (see `groups`), and
the row's parents are all of them; a document without a pair of its own is left out of the example
and dropped. A document that is longer than a passage fills examples by itself: its texts are its
own passages, M in a row.

Documents are there byte for byte, each text followed by its pairs in one of the layouts of
`instruction_templates`, drawn by the first document: without the characters in `inserted` the text
is that of the parents, one behind the other. A question that was asked before in the row is left
out, as published, and a pair whose answer has a number that neither the text nor its question has.
`pairs` are those taken, with the place of their passage, or of their parent where there are
several; `template_id` is the layout's number, `n_written` how many pairs the model wrote,
`n_unsupported` how many were left out for a number.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Never

import polars as pl

from synth_assets.corpus.document import Document
from synth_assets.corpus.schema import Schema
from synth_assets.generation.work import Drop, Failed
from synth_assets.rewriting.conversation import Conversation, EndError, Question, Written
from synth_assets.rewriting.groups import Groups
from synth_assets.rewriting.instruction_templates import LAYOUTS, lay_out
from synth_assets.rewriting.judging import Passed
from synth_assets.rewriting.pairs import Pair
from synth_assets.rewriting.programs import worth_asking
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.weaving import INSERTED, Around, cut_exactly, weave
from synth_assets.rewriting.words import words_in

SOURCE = "Instruction Pre-Training, arXiv 2406.14491"
ROUNDS = 2
"""M, the texts of an example."""
PASSAGE_WORDS = words_in(1500)
"""Two of them with their pairs fit the authors' window of 4,096 tokens."""

PAIR = pl.Struct({"passage": pl.Int64(), "question": pl.String(), "answer": pl.String()})
COLUMNS: Schema = {
    "pairs": pl.List(PAIR),
    "template_id": pl.Int64(),
    "n_written": pl.Int64(),
    "n_unsupported": pl.Int64(),
    **INSERTED,
}

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")

Shown = Sequence[tuple[str, Sequence[Pair]]]
"""Earlier texts of an example with their pairs."""

Show = Callable[[Shown], str]
"""How a model is shown them."""


@dataclass
class Asked:
    """The texts of a row: its documents, or the passages of its one document; the answers, and the
    verdicts of those that are lost, by the places of the texts."""

    documents: list[Document]
    texts: list[str]
    answers: dict[int, Passed] = field(default_factory=dict)
    lost: dict[int, Drop | Failed] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return len(self.documents) > 1

    def earlier(self, place: int) -> Shown:
        """What the example of a text holds before it. A text without pairs breaks it off."""
        shown: list[tuple[str, Sequence[Pair]]] = []
        for before in range(place - 1, place - 1 - place % ROUNDS, -1):
            if before not in self.answers:
                break
            shown.insert(0, (self.texts[before].strip(), self.answers[before].value))
        return shown

    def places_of(self, document: Document) -> list[int]:
        """Places of the document's texts."""
        if not self.is_group:
            return list(range(len(self.texts)))
        return [n for n, one in enumerate(self.documents) if one.doc_id == document.doc_id]


@dataclass
class Taken:
    """The pairs that a row takes, by the places of their texts, and how many were left out at each
    for a number."""

    pairs: dict[int, list[Pair]] = field(default_factory=dict)
    unsupported: Counter[int] = field(default_factory=Counter)


def in_rounds(talk: Conversation, step: str, show: Show) -> Asked:
    """All texts of the row side by side, one round after the other."""
    documents = talk.surroundings.of(talk.document)
    texts = [one.text for one in documents]
    if len(documents) == 1:
        texts = cut_exactly(talk.document.text, talk.recipe.passage_words)
    asked = Asked(documents, texts)
    askable = worth_asking(talk, texts)
    for round_ in range(ROUNDS):
        places = [n for n in askable if n % ROUNDS == round_]
        questions = [
            Question(asked.texts[n].strip(), {"examples": show(asked.earlier(n))}) for n in places
        ]
        for place, end in zip(places, talk.try_all(step, questions), strict=True):
            if isinstance(end, Passed):
                asked.answers[place] = end
            else:
                asked.lost[place] = end
    return asked


def supported(text: str, pair: Pair) -> bool:
    """Whether all numbers of the answer stand in the text or the question."""
    known = set(_NUMBER.findall(text)) | set(_NUMBER.findall(pair.question))
    return known.issuperset(_NUMBER.findall(pair.answer))


def chosen(asked: Asked) -> Taken:
    """The pairs that the text supports, each question once."""
    taken, seen = Taken(), set[str]()
    for place, answer in sorted(asked.answers.items()):
        for pair in answer.value:
            if not supported(asked.texts[place], pair):
                taken.unsupported[place] += 1
            elif pair.question.casefold() not in seen:
                seen.add(pair.question.casefold())
                taken.pairs.setdefault(place, []).append(pair)
    return taken


def written(talk: Conversation, asked: Asked) -> Written:
    """The row with its pairs, at the first of its documents; the others stand in it, and a document
    without a pair ends here."""
    taken = chosen(asked)
    own = asked.places_of(talk.document)
    if taken.pairs.keys().isdisjoint(own):
        _refuse(talk, asked, taken, own)
    used = sorted(taken.pairs) if asked.is_group else list(range(len(asked.texts)))
    if asked.is_group and used[0] not in own:
        talk.stand_in_another()
    return _row(talk, asked, taken, used)


def _refuse(talk: Conversation, asked: Asked, taken: Taken, own: list[int]) -> Never:
    lost = [asked.lost[place] for place in own if place in asked.lost]
    if lost and asked.answers.keys().isdisjoint(own):
        raise EndError(lost[0])
    n_unsupported = sum(taken.unsupported[place] for place in own)
    talk.drop("unsupported", f"{n_unsupported} pairs", "numbers of the passage alone")


def _row(talk: Conversation, asked: Asked, taken: Taken, used: list[int]) -> Written:
    """Of the texts at the places `used`, which are numbered anew."""
    layout = talk.chance("template").randrange(len(LAYOUTS))
    lang = talk.document.lang
    pairs = {n: taken.pairs[place] for n, place in enumerate(used) if place in taken.pairs}
    around = {n: Around(after=lay_out(LAYOUTS[layout], some, lang)) for n, some in pairs.items()}
    text, inserted = weave([asked.texts[place] for place in used], around)
    answers = [asked.answers[place] for place in used if place in asked.answers]
    columns = {
        "pairs": [{"passage": n, **one._asdict()} for n, some in pairs.items() for one in some],
        "template_id": layout,
        "n_written": sum(len(answer.value) for answer in answers),
        "n_unsupported": sum(taken.unsupported[place] for place in used),
        "inserted": inserted,
    }
    parents = [asked.documents[place] for place in used] if asked.is_group else []
    return Written(text, answers, columns, parents=parents)


def instructed(name: str, idea: str, step: Step, show: Show) -> Recipe:
    """The recipe whose one step is asked in rounds."""

    def program(talk: Conversation) -> Iterator[Written]:
        yield written(talk, in_rounds(talk, "ask", show))

    return Recipe(
        name=name,
        description=f"{idea}; after Instruction Pre-Training (arXiv 2406.14491).",
        source=SOURCE,
        steps={"ask": step},
        program=program,
        calls="one, shared by the documents of its row; one per passage of a long one",
        calls_at_most=calls_at_most,
        relation="extends",
        selection=Selection(min_words=40),
        passage_words=PASSAGE_WORDS,
        columns=COLUMNS,
        surroundings=partial(Groups, size=ROUNDS, max_words=PASSAGE_WORDS),
    )


def calls_at_most(document: Document) -> int:
    """One for each of its passages, or for each document of its row."""
    return max(ROUNDS, len(cut_exactly(document.text, PASSAGE_WORDS)))
