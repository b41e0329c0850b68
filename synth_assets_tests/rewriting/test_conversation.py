"""Programs of several steps: branch, fan out, read answers, and end early."""

import json
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import polars as pl
import pytest

from synth_assets.corpus.document import Document
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.protocol import Request, Result, Sampling
from synth_assets.generation.work import Drop, Made, NotSelected
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.prompt import ENGLISH, Prompts, parse_prompt
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.work import NOTHING_WRITTEN, RecipeWork
from synth_assets_tests.rewriting.played import IDENTITY, PAGE, Played

DRAWN = Sampling(temperature=0.7, max_new_tokens=100)


def prompts(user: str, *fills: str) -> Prompts:
    text = f"# system\nBe short.\n# user\n{user}"
    return Prompts(MappingProxyType({ENGLISH: parse_prompt(text, "test.md", fills)}))


def read_names(text: str) -> list[str]:
    """Raises ValueError for anything but a list of names."""
    names = json.loads(text)
    if not isinstance(names, list):
        raise ValueError("a JSON list of names")
    return [str(name) for name in names]


def about_names(talk: Conversation) -> Iterator[Written]:
    """A text for every name that a first question gave."""
    names = talk.ask("names", talk.document.text)
    if not names.value:
        talk.pass_over("no_names")
    if names.value == ["x"]:
        talk.drop("only_x", "x", "another name")
    questions = [Question(talk.document.text, {"name": name}) for name in names.value]
    texts = talk.try_all("tell", questions)
    for name, told in zip(names.value, texts, strict=True):
        if not isinstance(told, Drop):
            yield Written(told.text, [names, told], {"name": name})


RECIPE = Recipe(
    name="names",
    description="",
    source="",
    steps={
        "names": Step(prompts=prompts("Who?\n{text}"), sampling=DRAWN, gates=(), read=read_names),
        "tell": Step(
            prompts=prompts("Tell of {name}.\n{text}", "name"),
            sampling=DRAWN,
            gates=(Truncated(),),
        ),
    },
    program=about_names,
    columns={"name": pl.String()},
)


def work(samples: int = 1) -> RecipeWork:
    return RecipeWork(RECIPE, IDENTITY, 1, Selection(), None, samples)


def said(text: str, finish: str = "stop"):
    return lambda request: Result(request.key, text, finish, completion_tokens=100)


def tale(request: Request) -> Result:
    """Of Bea there is no end."""
    user = request.prompt[-1]["content"]
    name = user.split("Tell of ")[1].split(".")[0]
    return Result(request.key, f"{name} lives.", "length" if name == "Bea" else "stop")


def test_a_step_is_asked_what_an_earlier_one_answered():
    played = Played(work(), said('["Ann", "Cy"]'), tale)
    assert [len(need.requests) for need in played.needs] == [1, 2]
    first, second = played.made.documents
    assert [first.text, second.text] == ["Ann lives.", "Cy lives."]
    assert [row["name"] for row in played.made.extra] == ["Ann", "Cy"]
    assert first.generation_keys == [played.keys(0)[0], played.keys(1)[0]]
    assert first.doc_id != second.doc_id
    assert first.parent_ids == [PAGE.doc_id]


def test_a_lost_branch_leaves_the_others():
    played = Played(work(), said('["Ann", "Bea"]'), tale, tale, tale)
    assert [one.text for one in played.made.documents] == ["Ann lives."]
    assert set(played.faults.values()) == {"truncated"}


def test_an_unreadable_answer_is_asked_for_once_more():
    played = Played(work(), said('{"a": 1}'), said('["Ann"]'), tale)
    assert played.needs[1].retries == {played.keys(1)[0]: played.keys(0)[0]}
    assert isinstance(played.end, Made)
    assert played.faults == {played.keys(0)[0]: "unreadable"}
    lost = Played(work(), said("Ann and Cy"), said('{"a": 1}')).dropped
    assert (lost.reason, lost.value, lost.limit) == (
        "unreadable",
        '{"a": 1}',
        "a JSON list of names",
    )


def test_a_program_may_end_with_a_reason_of_its_own():
    dropped = Played(work(), said('["x"]')).dropped
    assert (dropped.reason, dropped.value, dropped.limit) == ("only_x", "x", "another name")
    assert Played(work(), said("[]")).end == NotSelected("no_names")


def test_where_every_branch_is_lost_nothing_is_written():
    played = Played(work(), said('["Bea"]'), tale, tale, tale)
    assert played.dropped.reason == NOTHING_WRITTEN


def test_samples_are_conversations_of_their_own():
    played = Played(work(samples=2), said('["Ann", "Cy"]'), tale)
    assert len(played.needs[0].requests) == 2
    assert len({one.doc_id for one in played.made.documents}) == 4


def test_the_profile_s_gates_are_those_of_the_step_that_writes():
    changed = RECIPE.with_gates({"too_short": {"min_words": 3}})
    assert changed.steps["names"] is RECIPE.steps["names"]
    assert [gate.name for gate in changed.writes.gates] == ["truncated", "too_short"]


@pytest.mark.parametrize("step", ["names", "tell"])
def test_every_step_s_prompt_is_of_the_requests(step: str):
    other = replace(RECIPE.steps[step], sampling=replace(DRAWN, temperature=0.1))
    changed = replace(RECIPE, steps={**RECIPE.steps, step: other})
    assert changed.gen_version != RECIPE.gen_version
    assert changed.row_version == RECIPE.row_version


def of_each_name(talk: Conversation) -> Iterator[Written]:
    names = talk.ask("names", talk.document.text)
    questions = [Question(talk.document.text, {"name": name}) for name in names.value]
    for place, told in talk.ask_some("tell", questions).items():
        yield Written(told.text, [told], {"name": f"{place} {talk.chance('luck').random()}"})


SOME = replace(RECIPE, program=of_each_name)


def test_those_that_pass_keep_their_places():
    asked = RecipeWork(SOME, IDENTITY, 1, Selection())
    made = Played(asked, said('["Bea", "Ann", "Cy"]'), tale, tale, tale).made
    assert [one.text for one in made.documents] == ["Ann lives.", "Cy lives."]
    assert [str(row["name"])[0] for row in made.extra] == ["1", "2"]


def test_where_all_are_lost_the_first_says_why():
    asked = RecipeWork(SOME, IDENTITY, 1, Selection())
    dropped = Played(asked, said('["Bea"]'), tale, tale, tale).dropped
    assert dropped.reason == "truncated"


def test_chance_hangs_on_the_text_the_seed_and_the_sample():
    def lucks(seed: int, page: Document, samples: int = 1) -> list[object]:
        asked = RecipeWork(SOME, IDENTITY, seed, Selection(), None, samples)
        return [row["name"] for row in Played(asked, said('["Ann"]'), tale, page=page).made.extra]

    (luck,) = lucks(1, PAGE)
    assert lucks(1, replace(PAGE, doc_id="other", url=None)) == [luck]
    others = [lucks(2, PAGE), lucks(1, replace(PAGE, content_hash="other"))]
    assert [luck] not in others
    first, second = lucks(1, PAGE, samples=2)
    assert first == luck != second


def test_the_language_is_that_of_the_step_which_wrote():
    told = RECIPE.steps["tell"].prompts.for_lang(ENGLISH)
    spanish = Prompts(MappingProxyType({ENGLISH: told, "spa_Latn": told}))
    steps = {
        "spanish": replace(RECIPE.steps["tell"], prompts=spanish),
        "english": RECIPE.steps["tell"],
    }

    def first(talk: Conversation) -> Iterator[Written]:
        told = talk.ask("spanish", talk.document.text, name="Ann")
        yield Written(told.text, [told], {"name": "Ann"}, step="spanish")

    recipe = replace(RECIPE, steps=steps, program=first, writers=("spanish", "english"))
    page = replace(PAGE, lang="spa_Latn")
    made = Played(RecipeWork(recipe, IDENTITY, 1, Selection()), tale, page=page).made
    assert made.extra[0]["prompt_lang"] == "spa_Latn"
    gated = recipe.with_gates({"too_short": {"min_words": 3}})
    assert [len(step.gates) for step in gated.steps.values()] == [2, 2]
