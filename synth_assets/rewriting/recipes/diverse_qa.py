"""Diverse question-answer, of Nemotron-CC: the document, and behind it questions of many kinds.

Of a passage's pairs a number is drawn that grows with its length, as published: 1 to 10 for every
150 tokens, in drawn order. The parent's text stands first, untouched, all of it; the authors cut
long documents into several. `added_at` is the character at which the pairs begin, `n_pairs` how
many were taken, `n_pairs_written` how many the model wrote.
"""

from collections.abc import Iterator
from random import Random

import polars as pl

from synth_assets.generation.gates.catalogue import changed
from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.pairs import Pair, write_pairs
from synth_assets.rewriting.programs import each_passage
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_pairs
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.recipes._nemotron import SOURCE, sampling
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.words import count_words, words_in

MAX_PAIRS = 10
PER_WORDS = words_in(150)


def drawn(pairs: list[Pair], n_words: int, chance: Random) -> list[Pair]:
    """Some of the pairs of a passage of so many words, in drawn order; at least one."""
    most = max(1, MAX_PAIRS * n_words // PER_WORDS)
    return chance.sample(pairs, len(pairs))[: chance.randint(1, most)]


def asked(talk: Conversation) -> Iterator[Written]:
    answers = dict(each_passage(talk))
    chance = talk.chance("pairs")
    taken = [
        pair
        for place, answer in answers.items()
        for pair in drawn(answer.value, count_words(talk.passages[place]), chance)
    ]
    text = talk.document.text
    columns = {
        "added_at": len(text) + 2,
        "n_pairs": len(taken),
        "n_pairs_written": sum(len(answer.value) for answer in answers.values()),
    }
    pairs = write_pairs(taken, talk.document.lang)
    yield Written(f"{text}\n\n{pairs}", list(answers.values()), columns)


RECIPE = Recipe(
    name="diverse_qa",
    description=(
        "Every document with questions of many kinds and their answers behind it; the diverse "
        "question-answer pairs of Nemotron-CC (arXiv 2412.02595)."
    ),
    source=SOURCE,
    steps={
        "ask": Step(
            prompts=load_prompts("diverse_qa", "ask"),
            sampling=sampling(600),
            # eight pairs on a passage of any length; they ask for a part of what it says
            gates=changed(
                BASIC,
                {
                    "too_short": {"min_words": 10},
                    "length_ratio": None,
                    "numbers_kept": None,
                    "urls_kept": None,
                    "code_kept": None,
                },
            ),
            read=read_pairs,
        )
    },
    program=asked,
    relation="extends",
    selection=Selection(min_words=40),
    passage_words=words_in(1000),
    columns={"added_at": pl.Int64(), "n_pairs": pl.Int64(), "n_pairs_written": pl.Int64()},
)
