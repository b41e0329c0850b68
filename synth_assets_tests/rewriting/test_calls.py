"""What a recipe says of its calls: no document takes more, and those of many steps say so."""

import json

import pytest

from synth_assets.corpus.document import Document
from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe, recipes
from synth_assets.rewriting.recipes.entigraph import MAX_ENTITIES
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import document
from synth_assets_tests.rewriting.recipes.characters import (
    ENGLISH,
    Answer,
    asked_about,
    in_other_words,
    play,
)

SMALL = document(8, ENGLISH.text[:560])
WORDS = sorted({word for word in SMALL.text.split() if word.isalpha()})
ENTITIES = [word for word in WORDS if len(word) > 3][: MAX_ENTITIES + 3]
LONG = document(9, "\n\n".join(f"## Part {n}\n\n{ENGLISH.text}" for n in range(8)))

SAID = {
    "back_and_forth": {
        "instruct": "Tell me of the old houses in this town and of who keeps them today.",
        "score": "5",
    },
    "entigraph": {"entities": json.dumps({"summary": "A town.", "entities": ENTITIES})},
    "prox": {"document": "keep_doc()", "chunk": "keep_all()"},
    "roundtrip_qa": {
        "answers": "\n".join(f"- {word}" for word in ENTITIES),
        "again": "nobody",
    },
    "instruction_pretraining": {"ask": "Q: Which one is it?\nA: The old one in the far north."},
}
"""Answers that lead on to as many later steps as there are, by recipe and step; in the other steps
a good rewrite is given."""


def leading_on(name: str) -> Answer:
    """A step is known by how its prompt begins."""
    begins = {
        step: one.prompts.for_lang("eng_Latn").user.partition("{")[0]
        for step, one in find_recipe(name).steps.items()
    }

    def answer(request: Request) -> Result:
        asked = str(request.prompt[-1]["content"])  # type: ignore[index,call-overload]
        step = next(step for step, begin in begins.items() if asked.startswith(begin))
        written = in_other_words(asked_about(request))
        if step == "question":
            written = f"Which one is it, of those that number {request.key} stands for?"
        text = SAID[name].get(step, written)
        return Result(request.key, text, "stop", 10, 10)

    return answer


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("back_and_forth", SMALL),
        ("entigraph", SMALL),
        ("instruction_pretraining", LONG),
        ("prox", LONG),
        ("roundtrip_qa", SMALL),
    ],
)
def test_a_document_takes_as_many_calls_as_its_recipe_says_and_no_more(
    name: str, page: Document, make_run: MakeRun, profile: Profile
):
    bound = find_recipe(name).calls_at_most
    assert bound is not None
    made = play(make_run, profile, name, leading_on(name), [page], max_words=100_000)
    assert len(made.engine.sent) == bound(page)


def test_all_other_recipes_ask_for_everything_at_once():
    """Those of one step; of several where a document goes through one of them."""
    several = {name for name, one in recipes().items() if one.calls_at_most is None}
    assert {name for name in several if len(find_recipe(name).steps) > 1} <= {"beyondweb"}
