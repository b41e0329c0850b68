"""WRAP, question-answer: every passage as questions and answers.

Columns: see `_wrap`; `n_pairs` is how many pairs there are. Pairs stand in the passage's order,
marked in the document's language where `pairs` knows it, with Q and A elsewhere.
"""

from collections.abc import Iterator

import polars as pl

from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.pairs import write_pairs
from synth_assets.rewriting.programs import each_passage
from synth_assets.rewriting.readers import read_pairs
from synth_assets.rewriting.recipes._wrap import COLUMNS, placed, wrap


def asked(talk: Conversation) -> Iterator[Written]:
    for place, answer in each_passage(talk):
        text = write_pairs(answer.value, talk.document.lang)
        columns = placed(talk, place) | {"n_pairs": len(answer.value)}
        yield Written(text, [answer], columns)


# an answer may be a sentence of the passage
RECIPE = wrap(
    "qa",
    "Passages as questions and answers",
    {"length_ratio": {"least": 0.3, "most": 3.0}, "copied": {"max_share": 0.8}},
    program=asked,
    read=read_pairs,
    columns={**COLUMNS, "n_pairs": pl.Int64()},
)
