"""EntiGraph: what a document says of its entities, told pair by pair and three by three.

One answer names the entities and sums the document up. Then comes a text for every pair of them,
n (n - 1) / 2 in all, and for triples drawn by chance up to a budget. An entity that does not stand
in the document is left out, and a text that does not name its entities is no part of the graph.
`entities` are those that a text is about, `graph_kind` says what it is (summary, pair or triple),
`n_entities` and `n_pairs` are the document's.

The authors take all entities and as many triples as their budget of tokens allows; we take the
first 12 and at most 40 triples, 107 calls for a document: without a limit it grows with the square
of the entities. They replay natural text for a tenth of training; that is the release's matter, as
a component of its own with weight 0.1.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb
from typing import Any

import polars as pl

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.length import Empty
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.judging import Passed
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_object
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.words import count_words

MAX_ENTITIES = 12
MAX_TRIPLES = 40
MIN_SUMMARY_WORDS = 20
FILLS = ("first", "second", "third")

Group = tuple[str, ...]


def read_graph(text: str) -> tuple[str, list[str]]:
    """The summary and the entities."""
    found = read_object(text)
    summary, entities = found.get("summary"), found.get("entities")
    if (
        not isinstance(summary, str)
        or not isinstance(entities, list)
        or not all(isinstance(one, str) for one in entities)
    ):
        raise ValueError('a JSON object of "summary", a text, and "entities", a list of names')
    return summary.strip(), entities


def entities_in(text: str, named: Sequence[str]) -> list[str]:
    """Those that stand in the text, each once, in order, at most MAX_ENTITIES."""
    known = text.casefold()
    stripped = (" ".join(name.split()) for name in named)
    there = {name.casefold(): name for name in stripped if name and name.casefold() in known}
    return list(there.values())[:MAX_ENTITIES]


def triples_of(talk: Conversation, entities: Sequence[str]) -> list[Group]:
    every = list(combinations(entities, 3))
    return talk.chance("triples").sample(every, min(MAX_TRIPLES, len(every)))


def graph(talk: Conversation) -> Iterator[Written]:
    text = talk.document.text
    first = talk.ask("entities", text)
    summary, named = first.value
    entities = entities_in(text, named)
    if len(entities) < 2:
        talk.drop("too_few_entities", str(len(entities)), "at least 2 that the document names")
    pairs = list(combinations(entities, 2))
    shared = {"n_entities": len(entities), "n_pairs": len(pairs)}
    told = [
        *_told(talk, "pair", pairs),
        *_told(talk, "triple", triples_of(talk, entities)),
    ]
    if count_words(summary) >= MIN_SUMMARY_WORDS:
        yield Written(summary, [first], _columns("summary", entities) | shared, "entities")
    for kind, group, answer in told:
        yield Written(answer.text, [first, answer], _columns(kind, group) | shared, kind)


def _told(
    talk: Conversation, step: str, groups: Sequence[Group]
) -> Iterator[tuple[str, Group, Passed]]:
    """The texts that name all entities of their group."""
    questions = [
        Question(talk.document.text, dict(zip(FILLS, group, strict=False))) for group in groups
    ]
    for group, answer in zip(groups, talk.try_all(step, questions), strict=True):
        if isinstance(answer, Passed) and _names(answer.text, group):
            yield step, group, answer


def _names(text: str, group: Group) -> bool:
    known = " ".join(text.casefold().split())
    return all(name.casefold() in known for name in group)


def _columns(kind: str, group: Sequence[str]) -> dict[str, Any]:
    return {"graph_kind": kind, "entities": list(group)}


def _step(name: str, n_entities: int) -> Step:
    return Step(
        prompts=load_prompts("entigraph", name, fills=FILLS[:n_entities]),
        sampling=Sampling(temperature=0.7, top_p=0.95, max_new_tokens=1024),
        # about a part of the document only, in words of its own
        gates=changed(
            BASIC,
            {
                "length_ratio": None,
                "copied": {"max_share": 0.6},
                "numbers_kept": None,
                "urls_kept": None,
                "code_kept": None,
            },
        ),
    )


RECIPE = Recipe(
    name="entigraph",
    description=(
        "Texts on how the entities of a document belong together, for every pair and for some "
        "triples; after EntiGraph, Synthetic continued pretraining (arXiv 2409.07431)."
    ),
    source="EntiGraph, arXiv 2409.07431",
    steps={
        "entities": Step(
            prompts=load_prompts("entigraph", "entities"),
            sampling=Sampling(temperature=0.7, top_p=0.95, max_new_tokens=1024),
            gates=(Truncated(), Empty(), Refusal()),
            read=read_graph,
        ),
        "pair": _step("pair", 2),
        "triple": _step("triple", 3),
    },
    writers=("pair", "triple"),
    program=graph,
    calls="one, one per pair of at most 12 entities, and up to 40 for triples",
    calls_at_most=lambda _: 1 + comb(MAX_ENTITIES, 2) + MAX_TRIPLES,
    # the document goes to the model whole, again and again
    selection=Selection(min_words=40, max_words=4000),
    columns={
        "graph_kind": pl.String(),
        "entities": pl.List(pl.String()),
        "n_entities": pl.Int64(),
        "n_pairs": pl.Int64(),
    },
)
