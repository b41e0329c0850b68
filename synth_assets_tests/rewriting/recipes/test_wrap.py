"""WRAP: four styles, each passage a document of its own."""

import pytest

from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.pairs import write_pairs
from synth_assets.rewriting.passages import cut_passages
from synth_assets.rewriting.readers import read_pairs
from synth_assets.rewriting.words import count_words
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    SPANISH,
    asked_about,
    good,
    in_other_words,
    makes_nothing,
    play,
    refusing,
)

STYLES = ("wrap_easy", "wrap_medium", "wrap_hard")
PASSAGES = cut_passages(ENGLISH.text, 225)


def as_pairs(text: str) -> str:
    sentences = [one for one in text.replace("\n\n", " ").split(". ") if one]
    return "\n\n".join(f"Q: What of {n}?\nA: {one}" for n, one in enumerate(sentences))


@pytest.mark.parametrize("name", STYLES)
def test_every_passage_is_a_document(name: str, make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, name, good())
    rows = made.made_of(ENGLISH)
    assert [row["text"] for row in rows] == [in_other_words(one) for one in PASSAGES]
    assert [(row["passage"], row["n_passages"]) for row in rows] == [(0, 2), (1, 2)]
    assert {row["style"] for row in rows} == {name.removeprefix("wrap_")}
    assert {row["n_answers"] for row in rows} == {1} and len(made.engine.sent) == 3
    assert [row["lang"] for row in made.made_of(SPANISH)] == ["spa_Latn"]
    assert made.not_selected == 1 and made.dropped.is_empty()


def test_passages_have_300_tokens_of_english():
    assert all(count_words(one) <= 225 for one in PASSAGES) and len(PASSAGES) == 2
    assert find_recipe("wrap_easy").passage_words == 225


def test_a_lost_passage_leaves_the_others(make_run: MakeRun, profile: Profile):
    def answer(request: Request) -> Result:
        first = asked_about(request).startswith("## The harbour")
        return refusing(request) if first else good()(request)

    made = play(make_run, profile, "wrap_easy", answer, [ENGLISH])
    assert [row["passage"] for row in made.made_of(ENGLISH)] == [1]
    assert made.footer.counts.other["requests_rejected"] == 2  # and once more


def test_a_copy_is_no_style(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "wrap_hard", good(str))
    assert set(made.dropped["drop_reason"]) == {"copied"}


def test_styles_differ_in_what_is_asked(make_run: MakeRun, profile: Profile):
    sent = [play(make_run, profile, name, good()).engine.sent for name in (*STYLES, "wrap_qa")]
    assert len({key for keys in sent for key in keys}) == sum(map(len, sent))


def test_questions_and_answers(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "wrap_qa", good(as_pairs))
    (row,) = made.made_of(SPANISH)
    pairs = read_pairs(as_pairs(SPANISH.text))
    assert row["text"] == write_pairs(pairs, "spa_Latn") and row["n_pairs"] == len(pairs) == 4
    assert str(row["text"]).startswith("Pregunta: What of 0?\nRespuesta: El puerto antiguo")
    english = made.made_of(ENGLISH)
    assert len(english) == 2 and all(len(read_pairs(str(one["text"]))) > 1 for one in english)


def test_prose_is_no_pairs(make_run: MakeRun, profile: Profile):
    makes_nothing(play(make_run, profile, "wrap_qa", good()), "unreadable")


@pytest.mark.parametrize("name", [*STYLES, "wrap_qa"])
@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(name: str, character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    makes_nothing(play(make_run, profile, name, answer), reason)
