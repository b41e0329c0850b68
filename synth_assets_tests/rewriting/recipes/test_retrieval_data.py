"""Retrieval data: queries that find their document, negatives behind it, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.few_shot import packaged_few_shot
from synth_assets.rewriting.recipe import Selection
from synth_assets.rewriting.recipes.retrieval_data import (
    N_NEGATIVES,
    N_QUERIES,
    PASSAGE_WORDS,
    TOP_RANK,
    fault_of,
)
from synth_assets.rewriting.retriever import Retriever
from synth_assets.rewriting.words import count_words
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import document
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    makes_nothing,
    play,
    saying,
)
from synth_assets_tests.rewriting.test_groups import Rows

NAME = "retrieval_data"
TOPICS = (
    ("lighthouse", "fog"),
    ("bakery", "oven"),
    ("railway", "signal"),
    ("orchard", "pruning"),
    ("glacier", "crevasse"),
)
PAGES = [
    document(
        n,
        f"The {thing} of the valley has a long history and many people care for it. "
        f"Its {part} was renewed twice, and every {part} in the valley is looked after by hand. "
        f"Visitors come to see the {thing} and hear how the {part} works. "
        * 2
        + "In the evening everybody goes home and the valley is quiet again.",
    )
    for n, (thing, part) in enumerate(TOPICS)
]


def able(request: Request) -> Result:
    """A query on the passage's own topic, a little different by persona."""
    said = str(request.prompt[-1]["content"])  # type: ignore[index]
    passage = said.rsplit("Passage:\n\n", 1)[1]
    thing, part = next(pair for pair in TOPICS if pair[0] in passage)
    number = sum(map(ord, said)) % 3
    tails = ("in the valley", "by hand", "for visitors")
    return Result(request.key, f"how does the {thing} {part} work {tails[number]}?", "stop", 50, 9)


def test_each_document_stands_whole_before_its_queries(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, NAME, able, PAGES)
    assert made.rows.height == len(PAGES) and made.dropped.is_empty()
    retriever = Retriever([Rows([PAGES])], Selection(), passage_words=PASSAGE_WORDS)
    texts = {one.doc_id: one.text for one in PAGES}
    for row in made.rows.iter_rows(named=True):
        (parent,) = row["parent_ids"]
        queries = [one["query"] for one in row["queries"]]
        assert row["text"] == texts[parent] + "\n\n" + "\n".join(queries)
        assert row["text"][row["added_at"] :] == "\n".join(queries)
        assert texts[parent].startswith(row["text"][: row["passage_end"]])
        assert 1 <= len(queries) == len(set(queries)) <= N_QUERIES == row["n_asked"]
        for one in row["queries"]:
            found = retriever.find(one["query"], parent, N_NEGATIVES)
            assert (one["rank"], one["score"]) == (found.rank, found.score) and found.rank == 1
            assert one["negative_ids"] == list(found.negatives)
            scores = [retriever.find(one["query"], each, 0).score for each in one["negative_ids"]]
            assert scores == sorted(scores, reverse=True) and all(s < one["score"] for s in scores)
            assert parent not in one["negative_ids"] and set(one["negative_ids"]) <= set(texts)


def test_prompts_have_a_persona_and_three_examples_of_the_document_s_own(
    make_run: MakeRun, profile: Profile
):
    seen: list[str] = []

    def answer(request: Request) -> Result:
        seen.append(str(request.prompt[-1]["content"]))  # type: ignore[index]
        return able(request)

    play(make_run, profile, NAME, answer, PAGES)
    alone = len(seen)
    assert alone == N_QUERIES * len(PAGES)
    roles = packaged_few_shot().roles
    personas = {next(role for role in roles if f"comes from {role} " in one) for one in seen}
    assert len(personas) > 5 and all(one.count("\nQuestion: ") == 3 for one in seen)
    first = set(seen)
    play(make_run, profile, NAME, answer, PAGES[:2], languages=["eng_Latn"], max_words=500)
    assert set(seen[alone:]) <= first  # of the document, not of the batch


def test_a_query_that_finds_others_first_is_left_out(make_run: MakeRun, profile: Profile):
    crowd = [
        document(100 + n, f"{PAGES[0].text} Fog {n}. {'lighthouse fog ' * 9}")
        for n in range(TOP_RANK)
    ]
    made = play(make_run, profile, NAME, able, [PAGES[0], *crowd])
    (row,) = made.dropped.filter(doc_id=PAGES[0].doc_id).iter_rows(named=True)
    why = row["drop_reason"], row["drop_value"], row["drop_limit"]
    assert why == ("query_not_consistent", f"rank {TOP_RANK + 1}", f"at most rank {TOP_RANK}")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("harbour town", "query_too_short"),
        ("every morning some 140 workers walk along the river?", "query_copied"),
        ("zebra crossings painted yellow", "query_not_consistent"),
    ],
)
def test_what_is_no_query_is_dropped_with_its_reason(
    query: str, reason: str, make_run: MakeRun, profile: Profile
):
    made = play(make_run, profile, NAME, saying(query), [ENGLISH])
    assert made.rows.is_empty()
    assert made.dropped["drop_reason"].to_list() == [reason]
    assert made.dropped["drop_value"].to_list()[0] and made.dropped["drop_limit"].to_list()[0]


@given(st.text(max_size=40), st.text(max_size=80))
def test_a_query_has_words_and_is_not_the_passage_s(query: str, passage: str):
    fault = fault_of(query, passage)
    if fault is None:
        assert count_words(query) >= 3 and query not in passage
    assert fault_of(f"{passage} who asks this", passage) is None or count_words(passage) == 0


@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    makes_nothing(play(make_run, profile, NAME, answer), reason)
