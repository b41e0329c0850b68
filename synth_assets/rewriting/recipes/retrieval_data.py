"""Synthetic retrieval data: queries that a document answers, and documents that only seem to.

Three queries are asked for of the beginning of each document, which is its passage (InPars cuts at
256 tokens too), each in the voice of a persona (KaLM), with a length and a clarity drawn by the
weights of SPEED, after three examples (InPars). A query of fewer than three words, or one that is
copied from the passage, is left out. One that does not find its own document among the first
TOP_RANK of the batch by BM25 is left out too (KaLM's ranking consistency, with BM25 in the place of
its embeddings). Hard negatives are the best of those that rank behind the document; see
`retriever`.

The text is the whole document with its queries behind it, each a line. For training a retriever,
`queries` has for each: `query`, `persona`, `rank`, `score` and `negative_ids`, which are documents
of `filtered`, in the order of their scores; they stay ids, so that taking one of them out of the
corpora needs no other row. The positive is the text up to `passage_end`. `added_at` is where the
queries begin, `n_asked` how many were asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from random import Random
from types import MappingProxyType

import polars as pl

from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import Empty
from synth_assets.generation.gates.preamble import Preamble
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.few_shot import packaged_few_shot
from synth_assets.rewriting.judging import Passed
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_line
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.retriever import Found, Retriever
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.weaving import SEPARATOR
from synth_assets.rewriting.words import count_words, first_words, words_in

N_QUERIES = 3
N_EXAMPLES = 3
N_NEGATIVES = 4
TOP_RANK = 10
MIN_QUERY_WORDS = 3
PASSAGE_WORDS = words_in(256)

LENGTHS: Mapping[str, float] = MappingProxyType(
    {
        "a few keywords, no more than four words": 0.4,
        "a short question or phrase of five to fifteen words": 0.4,
        "a sentence or two of at least ten words": 0.2,
    }
)
CLARITIES: Mapping[str, float] = MappingProxyType(
    {
        "clear at once": 0.6,
        "clear to somebody who thinks about it for a moment": 0.2,
        "a little vague, as of somebody who lacks the right word": 0.2,
    }
)
"""What a query is, by share."""

QUERY = pl.Struct(
    {
        "query": pl.String(),
        "persona": pl.String(),
        "rank": pl.Int64(),
        "score": pl.Float64(),
        "negative_ids": pl.List(pl.String()),
    }
)


def drawn(shares: Mapping[str, float], chance: Random) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]


def fault_of(query: str, passage: str) -> tuple[str, str, str] | None:
    """Reason, value and limit where a query is none, whatever it finds."""
    n_words = count_words(query)
    if n_words < MIN_QUERY_WORDS:
        return "query_too_short", f"{n_words} words", f"at least {MIN_QUERY_WORDS}"
    if _plain(query) in _plain(passage):
        return "query_copied", query, "words of its own"
    return None


def queried(talk: Conversation) -> Iterator[Written]:
    text = talk.document.text
    retriever: Retriever = talk.surroundings
    if talk.document not in retriever:
        talk.pass_over("not_in_index")
    passage = first_words(text, PASSAGE_WORDS)
    asked = [_asked(talk, number, passage) for number in range(N_QUERIES)]
    answers = talk.ask_some("query", asked)
    kept: dict[str, tuple[int, Found]] = {}
    faults: list[tuple[str, str, str]] = []
    for number, answer in answers.items():
        found = retriever.find(answer.value, talk.document.doc_id, N_NEGATIVES)
        fault = fault_of(answer.value, passage) or _inconsistent(found)
        if fault is not None:
            faults.append(fault)
        elif answer.value not in kept:
            kept[answer.value] = number, found
    if not kept:
        talk.drop(*faults[0])
    yield _written(talk, passage, asked, answers, kept)


def _inconsistent(found: Found) -> tuple[str, str, str] | None:
    if found.score > 0 and found.rank <= TOP_RANK:
        return None
    return "query_not_consistent", f"rank {found.rank}", f"at most rank {TOP_RANK}"


def _asked(talk: Conversation, number: int, passage: str) -> Question:
    table = talk.recipe.few_shot
    assert table is not None
    chance = talk.chance(f"query {number}")
    fills = {
        "persona": table.persona(chance),
        "length": drawn(LENGTHS, chance),
        "clarity": drawn(CLARITIES, chance),
        "examples": table.shown(chance, N_EXAMPLES),
    }
    return Question(passage, fills)


def _written(
    talk: Conversation,
    passage: str,
    asked: Sequence[Question],
    answers: Mapping[int, Passed],
    kept: Mapping[str, tuple[int, Found]],
) -> Written:
    text = talk.document.text
    rows = [
        {
            "query": query,
            "persona": asked[number].fills["persona"],
            "rank": found.rank,
            "score": found.score,
            "negative_ids": list(found.negatives),
        }
        for query, (number, found) in kept.items()
    ]
    columns = {
        "added_at": len(text) + len(SEPARATOR),
        "passage_end": len(passage),
        "queries": rows,
        "n_asked": N_QUERIES,
    }
    used = [answers[number] for number, _ in kept.values()]
    return Written(f"{text}{SEPARATOR}" + "\n".join(kept), used, columns)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" ?.!\"'")


RECIPE = Recipe(
    name="retrieval_data",
    description=(
        "Every document with queries behind it that find it among the others of its batch, and "
        "hard negatives for each; after InPars (arXiv 2202.05144), KaLM and SPEED."
    ),
    source="InPars, arXiv 2202.05144; SPEED, arXiv 2410.18634; KaLM, arXiv 2501.01028",
    steps={
        "query": Step(
            prompts=load_prompts(
                "retrieval_data", "query", fills=["persona", "length", "clarity", "examples"]
            ),
            # a limit of InPars; a temperature of SPEED
            sampling=Sampling(temperature=1.0, max_new_tokens=64),
            gates=(Truncated(), Empty(), Refusal(), Preamble(), Language(min_letters=20)),
            read=read_line,
        )
    },
    program=queried,
    calls=f"{N_QUERIES}",
    relation="extends",
    selection=Selection(min_words=40),
    passage_words=PASSAGE_WORDS,
    columns={
        "added_at": pl.Int64(),
        "passage_end": pl.Int64(),
        "queries": pl.List(QUERY),
        "n_asked": pl.Int64(),
    },
    surroundings=partial(Retriever, passage_words=PASSAGE_WORDS),
    few_shot=packaged_few_shot(),
)
