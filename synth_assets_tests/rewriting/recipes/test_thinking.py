"""Thinking: the document stays what it is, a thought comes behind it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.recipe import Selection
from synth_assets.rewriting.words import count_words
from synth_assets.rewriting.work import RecipeWork
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import document
from synth_assets_tests.rewriting.played import IDENTITY, Played, cut_off
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    PAGES,
    SPANISH,
    good,
    makes_nothing,
    play,
    saying,
)

THOUGHT = (
    "First I ask what holds these sentences together. They begin with a date, and a date invites "
    "doubt: who wrote it down, and from which source? If the oldest part is that old, then the "
    "figures for workers must be recent ones, since nobody counted them earlier. So two times are "
    "mixed, and a reader should keep them apart before drawing any conclusion about either."
)


def test_the_document_is_untouched(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "thinking", saying(THOUGHT), [ENGLISH, PAGES[2]])
    (row,) = made.made_of(ENGLISH)
    text = str(row["text"])
    assert text.encode()[: len(ENGLISH.text.encode())] == ENGLISH.text.encode()
    assert text[int(str(row["added_at"])) :] == THOUGHT
    assert row["n_thought_words"] == count_words(THOUGHT)
    assert (row["relation"], row["n_answers"]) == ("extends", 1)
    assert made.not_selected == 1 and len(made.engine.sent) == 1


@settings(deadline=None)
@given(st.text(min_size=1), st.sampled_from(["\n", "  ", "", "\n\n"]))
def test_any_document_stays_byte_for_byte(text: str, end: str):
    page = document(0, text + end)
    work = RecipeWork(find_recipe("thinking"), IDENTITY, 1, Selection())
    made = Played(work, saying(THOUGHT), page=page).made
    (child,), (columns,) = made.documents, made.extra
    assert child.text[: columns["added_at"] - 2] == page.text
    assert child.text[columns["added_at"] :] == THOUGHT


def test_how_a_reasoning_model_came_to_its_answer_is_no_part_of_it(
    make_run: MakeRun, profile: Profile
):
    answer = saying(f"<think>\nThe user wants thoughts. I'm an AI.\n</think>\n\n{THOUGHT}")
    (row,) = play(make_run, profile, "thinking", answer, [ENGLISH]).made_of(ENGLISH)
    assert str(row["text"]).endswith(f"\n\n{THOUGHT}") and "<think>" not in str(row["text"])


def test_a_thought_that_never_ends_is_refused(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "thinking", saying(f"<think>\n{THOUGHT}"), [ENGLISH])
    assert made.dropped["drop_reason"].to_list() == ["echo"]


def test_the_document_again_is_no_thought(make_run: MakeRun, profile: Profile):
    makes_nothing(play(make_run, profile, "thinking", good(str)), "copied")


def test_one_that_ran_out_is_given_twice_as_much():
    work = RecipeWork(find_recipe("thinking"), IDENTITY, 1, Selection())

    def longer(request: Request) -> Result:
        assert request.sampling.max_new_tokens == 8192
        return saying(THOUGHT)(request)

    assert Played(work, cut_off, longer, page=ENGLISH).made.documents


def test_a_document_too_long_to_be_taken_whole_is_passed_over(make_run: MakeRun, profile: Profile):
    long = document(9, "word " * 4001)
    made = play(make_run, profile, "thinking", saying(THOUGHT), [long])
    assert made.not_selected == 1 and made.rows.is_empty() and not made.engine.sent


@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    made = play(make_run, profile, "thinking", answer)
    makes_nothing(made, reason)
    assert made.dropped["lang"].to_list() == [ENGLISH.lang, SPANISH.lang]
