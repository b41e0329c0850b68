"""EntiGraph: every pair, triples up to a budget, and texts that name what they are about."""

import json
import re
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.recipes.entigraph import (
    MAX_ENTITIES,
    MAX_TRIPLES,
    entities_in,
    read_graph,
)
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import document
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    Answer,
    asked_about,
    in_other_words,
    makes_nothing,
    play,
    refusing,
    saying,
)

NAMES = ["harbour", "market", "library", "station", "museum", "river", "council", "maps"]
SUMMARY = "The town has four old houses, and each of them keeps what people made long ago. " * 2
CALLED = re.compile(r'"([^"]+)"')


def named(request: Request) -> list[str]:
    """The entities that a prompt asks about."""
    return CALLED.findall(str(request.prompt[-1]["content"]).split("\n")[0])  # type: ignore[index,call-overload]


def naming(entities: list[str], summary: str = SUMMARY) -> Answer:
    """A model that finds these entities and writes on every group of them."""

    def answer(request: Request) -> Result:
        if group := named(request):
            head = asked_about(request).split("\n\n")[1]
            text = in_other_words(f"Here {', '.join(group)} belong together. {head}")
        else:
            text = json.dumps({"summary": summary, "entities": entities})
        return Result(request.key, text, "stop", 10, 10)

    return answer


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_every_pair_has_a_text_and_triples_fill_the_budget(
    n: int, make_run: MakeRun, profile: Profile
):
    page = document(n, f"{ENGLISH.text}\n\nOf {n} things.")
    rows = play(make_run, profile, "entigraph", naming(NAMES[:n]), [page]).rows
    kinds = dict(rows.group_by("graph_kind").len().iter_rows())
    triples = min(MAX_TRIPLES, comb(n, 3))
    assert kinds == {"summary": 1, "pair": n * (n - 1) // 2} | (
        {"triple": triples} if triples else {}
    )
    pairs = {
        tuple(one)
        for kind, one in rows.select("graph_kind", "entities").iter_rows()
        if kind == "pair"
    }
    assert pairs == set(combinations(NAMES[:n], 2))
    assert rows["n_pairs"].unique().to_list() == [n * (n - 1) // 2]
    for text, kind, entities in rows.select("text", "graph_kind", "entities").iter_rows():
        assert kind == "summary" or all(name in text for name in entities)
    assert rows["doc_id"].n_unique() == rows.height


def test_triples_are_the_same_in_every_run_and_none_twice(make_run: MakeRun, profile: Profile):
    runs = [play(make_run, profile, "entigraph", naming(NAMES), [ENGLISH]).rows for _ in range(2)]
    drawn = [
        [
            tuple(one)
            for kind, one in rows.select("graph_kind", "entities").iter_rows()
            if kind == "triple"
        ]
        for rows in runs
    ]
    assert drawn[0] == drawn[1] and len(set(drawn[0])) == MAX_TRIPLES
    assert drawn[0] != list(combinations(NAMES, 3))[:MAX_TRIPLES]


@given(
    st.lists(st.sampled_from([*NAMES, "Harbour", "zeppelin", "", " the  river ", "a"]), max_size=40)
)
def test_entities_stand_in_the_document_each_once(given_names: list[str]):
    found = entities_in(ENGLISH.text, given_names)
    folded = [name.casefold() for name in found]
    assert len(set(folded)) == len(folded) <= MAX_ENTITIES
    assert all(name and name in ENGLISH.text.casefold() for name in folded)


def test_a_text_without_its_entities_is_no_part_of_the_graph(make_run: MakeRun, profile: Profile):
    def answer(request: Request) -> Result:
        able = naming(NAMES[:3])(request)
        text = (
            str(able.text).replace("market", "bazaar") if "market" in named(request) else able.text
        )
        return Result(request.key, text, "stop", 10, 10)

    rows = play(make_run, profile, "entigraph", answer, [ENGLISH]).rows
    told = rows.filter(rows["graph_kind"] != "summary")
    assert told["entities"].to_list() == [["harbour", "library"]]
    assert told["n_pairs"].to_list() == [3]


def test_one_entity_makes_no_graph(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "entigraph", naming(["harbour", "zeppelin"]))
    makes_nothing(made, "too_few_entities")


def test_what_is_no_graph_cannot_be_read(make_run: MakeRun, profile: Profile):
    assert read_graph('```json\n{"summary": " a ", "entities": ["b"]}\n```') == ("a", ["b"])
    makes_nothing(
        play(make_run, profile, "entigraph", saying("The harbour and the market.")), "unreadable"
    )
    for wrong in ('{"summary": "a"}', '{"summary": "a", "entities": [1]}', "{a}", "} {"):
        with pytest.raises(ValueError, match="JSON object"):
            read_graph(wrong)


def test_a_model_that_refuses_the_pairs_leaves_the_summary(make_run: MakeRun, profile: Profile):
    def answer(request: Request) -> Result:
        return refusing(request) if named(request) else naming(NAMES[:3])(request)

    made = play(make_run, profile, "entigraph", answer, [ENGLISH])
    assert made.rows["graph_kind"].to_list() == ["summary"]


@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    makes_nothing(play(make_run, profile, "entigraph", answer), reason)
