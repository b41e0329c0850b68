"""Programs that several recipes share."""

from collections.abc import Iterator, Sequence

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.joining import join
from synth_assets.rewriting.judging import Passed
from synth_assets.rewriting.words import count_words

MIN_PASSAGE_WORDS = 20
"""Of a passage that is a document of its own: under that there is nothing to write about."""


def by_passages(talk: Conversation) -> Iterator[Written]:
    """Every passage through the recipe's one step, and one text of what they became."""
    yield passages_through(talk, talk.recipe.last_step)


def passages_through(talk: Conversation, step: str, **fills: str) -> Written:
    """Every passage through `step`, and one text of what they became."""
    answers = talk.ask_all(step, [Question(passage, fills) for passage in talk.passages])
    text = join(talk.recipe.join, [answer.text for answer in answers])
    return Written(text, answers, step=step)


def each_passage(talk: Conversation) -> Iterator[tuple[int, Passed]]:
    """The answers of the recipe's one step to passages that are documents of their own, with the
    passages' places. One that is lost leaves the others."""
    places = worth_asking(talk, talk.passages)
    questions = [Question(talk.passages[place]) for place in places]
    for n, answer in talk.ask_some(talk.recipe.last_step, questions).items():
        yield places[n], answer


def worth_asking(talk: Conversation, passages: Sequence[str]) -> list[int]:
    """The places of the passages that are long enough; where none is, there is nothing to do."""
    places = [n for n, one in enumerate(passages) if count_words(one) >= MIN_PASSAGE_WORDS]
    if not places:
        talk.pass_over("too_short")
    return places


def gathered(talk: Conversation, min_words: int) -> list[Passed]:
    """What the recipe's one step takes out of the passages, those left out that hold nothing; the
    document ends here where all of it together has fewer than `min_words` words."""
    answers = [answer for _, answer in each_passage(talk)]
    n_words = sum(count_words(answer.text) for answer in answers)
    if n_words < min_words:
        talk.drop("too_short", f"{n_words} words", f"at least {min_words}")
    return answers


QUALITY_TIER: Schema = {"quality_tier": pl.String()}


def quality_tier(talk: Conversation) -> dict[str, str | None]:
    """The document's tier, from the attribute of that name where its corpus has one."""
    tier = talk.document.attributes.get("quality_tier")
    return {"quality_tier": None if tier is None else str(tier)}
