"""Instruction Pre-Training's rounds, for any model and for the released synthesizer.

The authors put M texts with their pairs into one example, each asked about in the sight of those
before it; their texts are documents of a row. Here they are M consecutive passages of one document,
so that a document stands for itself in lineage and deduplication; rounds beyond the first see the
passages and pairs of those before. A document of one passage is an example of one text.

The document is there byte for byte, each passage followed by its pairs in one of the layouts of
`instruction_templates`, drawn by the document: without the characters in `inserted` the text is the
parent's. A question that was asked before in the document is left out, as published, and a pair
whose answer has a number that neither the passage nor its question has.
`pairs` are those taken, with the place of their passage; `template_id` is the layout's number,
`n_written` how many pairs the model wrote, `n_unsupported` how many were left out for a number.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.generation.work import Drop, Failed
from synth_assets.rewriting.conversation import Conversation, EndError, Question, Written
from synth_assets.rewriting.instruction_templates import LAYOUTS, lay_out
from synth_assets.rewriting.judging import Passed
from synth_assets.rewriting.pairs import Pair
from synth_assets.rewriting.programs import MIN_PASSAGE_WORDS
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.weaving import INSERTED, Around, cut_exactly, weave
from synth_assets.rewriting.words import count_words, words_in

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
"""Earlier passages of an example with their pairs."""

Show = Callable[[Shown], str]
"""How a model is shown them."""


@dataclass
class Asked:
    """The passages of a document, and the answers by the places of their passages."""

    passages: list[str]
    answers: dict[int, Passed] = field(default_factory=dict)
    lost: Drop | Failed | None = None

    @property
    def worth_asking(self) -> list[int]:
        """Places of the passages that are long enough."""
        return [n for n, one in enumerate(self.passages) if count_words(one) >= MIN_PASSAGE_WORDS]

    def earlier(self, place: int) -> Shown:
        """What the example of a passage holds before it. A passage without pairs breaks it off."""
        shown: list[tuple[str, Sequence[Pair]]] = []
        for before in range(place - 1, place - 1 - place % ROUNDS, -1):
            if before not in self.answers:
                break
            shown.insert(0, (self.passages[before].strip(), self.answers[before].value))
        return shown


def in_rounds(talk: Conversation, step: str, show: Show) -> Asked:
    """All examples of the document side by side, one round after the other. The document ends here
    where no passage has an answer."""
    asked = Asked(cut_exactly(talk.document.text, talk.recipe.passage_words))
    if not asked.worth_asking:
        talk.pass_over("too_short")
    for round_ in range(ROUNDS):
        places = [n for n in asked.worth_asking if n % ROUNDS == round_]
        questions = [
            Question(asked.passages[n].strip(), {"examples": show(asked.earlier(n))})
            for n in places
        ]
        ends = talk.try_all(step, questions)
        lost = next((end for end in ends if not isinstance(end, Passed)), None)
        asked.lost = asked.lost or lost
        asked.answers |= {
            n: end for n, end in zip(places, ends, strict=True) if isinstance(end, Passed)
        }
    if asked.lost is not None and not asked.answers:
        raise EndError(asked.lost)
    return asked


def supported(passage: str, pair: Pair) -> bool:
    """Whether all numbers of the answer stand in the passage or the question."""
    known = set(_NUMBER.findall(passage)) | set(_NUMBER.findall(pair.question))
    return known.issuperset(_NUMBER.findall(pair.answer))


def written(talk: Conversation, asked: Asked) -> Written:
    """The document with its pairs. It ends here where not one is left."""
    seen: set[str] = set()
    taken: dict[int, list[Pair]] = {}
    n_unsupported = 0
    for place, answer in sorted(asked.answers.items()):
        for pair in answer.value:
            if not supported(asked.passages[place], pair):
                n_unsupported += 1
            elif pair.question.casefold() not in seen:
                seen.add(pair.question.casefold())
                taken.setdefault(place, []).append(pair)
    if not taken:
        talk.drop("unsupported", f"{n_unsupported} pairs", "numbers of the passage alone")
    layout = talk.chance("template").randrange(len(LAYOUTS))
    lang = talk.document.lang
    around = {n: Around(after=lay_out(LAYOUTS[layout], pairs, lang)) for n, pairs in taken.items()}
    text, inserted = weave(asked.passages, around)
    columns = {
        "pairs": [{"passage": n, **one._asdict()} for n, pairs in taken.items() for one in pairs],
        "template_id": layout,
        "n_written": sum(len(answer.value) for answer in asked.answers.values()),
        "n_unsupported": n_unsupported,
        "inserted": inserted,
    }
    return Written(text, list(asked.answers.values()), columns)


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
        relation="extends",
        selection=Selection(min_words=40),
        passage_words=PASSAGE_WORDS,
        columns=COLUMNS,
    )
