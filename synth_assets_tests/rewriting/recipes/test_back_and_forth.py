"""Back-and-forth: the request behind a document, its score, and a response written anew."""

import pytest

from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.readers import read_score
from synth_assets.rewriting.recipes.back_and_forth import foreign_numbers
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    SPANISH,
    Answer,
    asked_about,
    in_other_words,
    makes_nothing,
    play,
    refusing,
)

ASKS = {
    "eng_Latn": "What should I know of the old houses of this town before I go to see them?",
    "spa_Latn": "¿Qué debería saber de las casas antiguas de esta ciudad antes de ir a verlas?",
}


def model(score: str = "Score: 4/5", respond: Answer | None = None) -> Answer:
    def answer(request: Request) -> Result:
        user = str(request.prompt[-1]["content"])  # type: ignore[index,call-overload]
        asks = ASKS["spa_Latn" if " el " in user else "eng_Latn"]
        if user.startswith("How well"):
            return Result(request.key, score, "stop", 10, 3)
        if user.startswith("Suppose"):
            return Result(request.key, asks, "stop", 10, 10)
        assert asks in user
        text = f"Of 77 things. {in_other_words(asked_about(request))}"
        return respond(request) if respond else Result(request.key, text, "stop", 10, 10)

    return answer


def test_the_response_is_written_anew_from_the_document(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "back_and_forth", model())
    for page in (ENGLISH, SPANISH):
        (row,) = made.made_of(page)
        assert row["text"] == f"{row['instruction']}\n\n{row['response']}"
        assert row["instruction"] == ASKS[page.lang] and row["response"] != page.text
        assert (row["score"], row["n_foreign_numbers"], row["n_answers"]) == (4, 1, 3)
        assert row["relation"] == "adds"
    assert len(made.engine.sent) == 6


def test_a_low_score_ends_it_before_the_response(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "back_and_forth", model("3"))
    makes_nothing(made, "low_score")
    assert set(made.dropped["drop_value"]) == {"3"} and len(made.engine.sent) == 4


@pytest.mark.parametrize("score", ["Good!", "9", "45", "4 or 5", "-"])
def test_no_score_is_no_keep(score: str, make_run: MakeRun, profile: Profile):
    makes_nothing(play(make_run, profile, "back_and_forth", model(score)), "unreadable")


@pytest.mark.parametrize(
    ("text", "score"), [("4", 4), ("Score: 5.", 5), ("**3**", 3), ("4 / 5", 4)]
)
def test_scores(text: str, score: int):
    assert read_score(text) == score


def test_the_document_itself_is_no_response(make_run: MakeRun, profile: Profile):
    def copy(request: Request) -> Result:
        return Result(request.key, asked_about(request), "stop", 10, 10)

    makes_nothing(play(make_run, profile, "back_and_forth", model(respond=copy)), "copied")


def test_a_model_that_refuses_the_response(make_run: MakeRun, profile: Profile):
    makes_nothing(play(make_run, profile, "back_and_forth", model(respond=refusing)), "refusal")


def test_numbers_that_the_source_does_not_have():
    assert foreign_numbers("1,200 in 1990 and 12", "in 1990 some 1200") == {"1,200", "12"}


@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    makes_nothing(play(make_run, profile, "back_and_forth", answer), reason)
