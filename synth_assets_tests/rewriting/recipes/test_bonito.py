"""Bonito: sixteen kinds of task, drawn alike, checked, and woven around the document."""

from collections import Counter

import pytest

from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.pairs import Pair
from synth_assets.rewriting.readers import read_task
from synth_assets.rewriting.recipes._bonito import CONTEXT, TASKS, around, is_valid
from synth_assets.rewriting.weaving import Around
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import document
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    PAGES,
    makes_nothing,
    play,
    saying,
)
from synth_assets_tests.rewriting.recipes.test_instructions import prompt_of, without

RECIPES = ("bonito", "bonito_checkpoint")
MANY = [document(n, f"{ENGLISH.text}\n\nThe end of page {n}.") for n in range(80)]
SHORT_FORMS = {name: short for short, name in TASKS.items()}
RIGHT = {
    "exqa": "the old harbour",
    "ynqa": "Yes.",
    "nli": "neutral",
    "te": "no",
    "paraphrase_id": "no",
}


def kind_of(request: Request) -> str:
    prompt = prompt_of(request)
    start, end = ("<|tasktype|>\n", "\n") if prompt.startswith("<|") else ("Its kind: ", ".\n")
    return SHORT_FORMS[prompt.split(start)[1].split(end)[0]]


def able(request: Request) -> Result:
    kind = kind_of(request)
    before = f"Read this:\n{CONTEXT}\n" if isinstance(request.prompt, str) else ""
    text = f"{before}Please do what is asked, by {kind}.\n<|pipe|>\n{RIGHT.get(kind, 'So it is.')}"
    return Result(request.key, text, "stop", 10, 10)


@pytest.mark.parametrize("name", RECIPES)
def test_the_document_is_there_with_tasks_around_its_passages(
    name: str, make_run: MakeRun, profile: Profile
):
    made = play(make_run, profile, name, able, MANY)
    assert made.rows.height + made.dropped.height == len(MANY)
    assert made.dropped.is_empty()
    by_id = {page.doc_id: page for page in MANY}
    kinds: Counter[str] = Counter()
    for row in made.rows.iter_rows(named=True):
        assert without(row) == by_id[row["parent_ids"][0]].text
        (task,) = row["tasks"]
        kinds[task["task_type"]] += 1
        assert row["text"].endswith(f"by {task['task_type']}.\n\n{task['response']}")
        assert row["text"].startswith("Read this:") == (name == "bonito_checkpoint")
        assert CONTEXT not in row["text"]
    assert len(kinds) > 12 and max(kinds.values()) < 20


def test_the_checkpoint_gets_what_it_was_trained_on(make_run: MakeRun, profile: Profile):
    seen: list[Request] = []

    def answer(request: Request) -> Result:
        seen.append(request)
        return able(request)

    play(make_run, profile, "bonito_checkpoint", answer, [ENGLISH])
    kind = TASKS[kind_of(seen[0])]
    assert seen[0].prompt == f"<|tasktype|>\n{kind}\n<|context|>\n{ENGLISH.text}\n<|task|>\n"
    sampling = seen[0].sampling
    assert (sampling.temperature, sampling.top_p, sampling.max_new_tokens) == (0.5, 0.95, 256)


def test_sixteen_kinds():
    assert len(TASKS) == len(set(TASKS.values())) == 16


@pytest.mark.parametrize("text", ["", "a <|pipe|> ", "a", "a <|pipe|> b <|pipe|> c"])
def test_what_is_not_two_parts_cannot_be_read(text: str):
    with pytest.raises(ValueError, match="instruction"):
        read_task(text)


def test_a_response_fits_its_kind():
    passage = "The  old harbour\nis green."
    cases = {
        ("exqa", "The old harbour."): True,
        ("exqa", "the new harbour"): False,
        ("ynqa", "Yes."): True,
        ("ynqa", "Perhaps"): False,
        ("nli", "Neutral"): True,
        ("nli", "green"): False,
        ("qa", "anything"): True,
    }
    for (kind, response), allowed in cases.items():
        assert is_valid(kind, Pair("Do it.", response), passage, "eng_Latn") == allowed
    assert is_valid("ynqa", Pair("¿Es así?", "Sí"), passage, "spa_Latn")
    assert not is_valid("qa", Pair(f"{CONTEXT} {CONTEXT}", "a"), passage, "eng_Latn")


def test_the_passage_stands_where_the_instruction_says():
    assert around(Pair(f"Read: {CONTEXT} Why?", "So.")) == Around("Read:", "Why?\n\nSo.")
    assert around(Pair("Why?", "So.")) == Around("", "Why?\n\nSo.")
    assert around(Pair(f"{CONTEXT}", "So.")) == Around("", "So.")


def test_invalid_responses_drop_the_document(make_run: MakeRun, profile: Profile):
    twice = saying(f"{CONTEXT} {CONTEXT} Why is that?\n<|pipe|>\nIt is so.")
    makes_nothing(play(make_run, profile, "bonito", twice, PAGES), "invalid_response")


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(name: str, character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    if name == "bonito_checkpoint" and character == "refusing":  # it has no manners to refuse
        reason = "unreadable"
    makes_nothing(play(make_run, profile, name, answer), reason)
