"""Roundtrip consistency: kept on agreement, spans exact, the document first."""

import re

import pytest

from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.recipes.roundtrip_qa import MAX_ANSWERS, candidates, same
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    SPANISH,
    Answer,
    makes_nothing,
    play,
)

SPANS = {
    "eng_Latn": ["1701", "the northern coast", "143 workers"],
    "spa_Latn": ["1732", "3 semanas"],
}
_ASKED = re.compile(r"exactly this: (.*)|from the passage below: (.*)")


def model(
    again: dict[str, str] | None = None, question: str = "Which of them is number {n}?"
) -> Answer:
    """Picks the spans, asks for them by number, and knows the answers, or says those of `again`."""
    numbers = {name: n for n, name in enumerate(name for names in SPANS.values() for name in names)}
    texts = {question.format(n=n, name=name): name for name, n in numbers.items()}

    def answer(request: Request) -> Result:
        user = str(request.prompt[-1]["content"])  # type: ignore[index,call-overload]
        asked = _ASKED.search(user)
        if asked is None:
            lang = "spa_Latn" if " el " in user else "eng_Latn"
            text = "\n".join(f"- {name}" for name in [*SPANS[lang], "a zeppelin"])
        elif asked[1]:
            text = question.format(n=numbers[asked[1]], name=asked[1])
        else:
            right = texts[asked[2]]
            text = (again or {}).get(right, right)
        return Result(request.key, text, "stop", 10, 10)

    return answer


def test_pairs_that_agree_stand_behind_the_document(make_run: MakeRun, profile: Profile):
    made = play(
        make_run, profile, "roundtrip_qa", model({"1701": "1714", "3 semanas": "3 SEMANAS."})
    )
    for page, kept in (
        (ENGLISH, ["the northern coast", "143 workers"]),
        (SPANISH, ["1732", "3 semanas"]),
    ):
        (row,) = made.made_of(page)
        text, pairs = str(row["text"]), row["pairs"]
        spans = [page.text[one["start"] : one["end"]] for one in pairs]  # type: ignore[attr-defined]
        assert spans == [one["answer"] for one in pairs] == kept  # type: ignore[attr-defined]
        assert text.startswith(page.text) and row["relation"] == "extends"
        behind = text[row["added_at"] :]  # type: ignore[misc]
        assert [behind.count(one["question"]) for one in pairs] == [1] * len(kept)  # type: ignore[attr-defined]
        assert row["n_kept"] == len(kept)
        assert row["n_candidates"] == len(SPANS[page.lang])


def test_the_second_answer_is_asked_for_without_the_first(make_run: MakeRun, profile: Profile):
    prompts: list[str] = []

    def answer(request: Request) -> Result:
        prompts.append(str(request.prompt[-1]["content"]))  # type: ignore[index,call-overload]
        return model()(request)

    play(make_run, profile, "roundtrip_qa", answer, [ENGLISH])
    again = [one.split("\n\nPassage:")[0] for one in prompts if "from the passage below" in one]
    assert again and not any(span in one for one in again for span in SPANS["eng_Latn"])


def test_questions_at_random_keep_nothing(make_run: MakeRun, profile: Profile):
    """The control: where the question has nothing to do with the answer, neither has the second."""
    others = dict.fromkeys([name for names in SPANS.values() for name in names], "the green roof")
    makes_nothing(play(make_run, profile, "roundtrip_qa", model(others)), "no_agreement")


def test_a_question_that_holds_its_answer_is_left_out(make_run: MakeRun, profile: Profile):
    told = model(question="Is it {name} or another, of number {n}?")
    makes_nothing(play(make_run, profile, "roundtrip_qa", told), "no_agreement")


def test_a_question_counts_once(make_run: MakeRun, profile: Profile):
    def answer(request: Request) -> Result:
        text = str(model(dict.fromkeys(SPANS["spa_Latn"], "1732"), "Which one?")(request).text)
        return Result(request.key, text, "stop", 10, 10)

    (row,) = play(make_run, profile, "roundtrip_qa", answer, [SPANISH]).made_of(SPANISH)
    assert [one["answer"] for one in row["pairs"]] == ["1732"]  # type: ignore[attr-defined]


def test_answers_agree_but_for_case_blanks_and_edges():
    assert same("the Coast", "“The  coast.”")
    assert not same("the coast", "coast") and not same("-", "-") and not same("3", "3 weeks")


def test_candidates_are_spans_of_the_passage_and_few():
    found = candidates("one two three", 10, ['"two"', "two", "four", "", "three "])
    assert [(one.answer, one.start) for one in found] == [("two", 14), ("three", 18)]
    assert len(candidates("a b c d e f g", 0, list("abcdefg"))) == MAX_ANSWERS


@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    makes_nothing(play(make_run, profile, "roundtrip_qa", answer), reason)
