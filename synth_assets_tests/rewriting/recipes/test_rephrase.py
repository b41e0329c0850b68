"""Rephrasing: prompts in the language of the document, passages merged back in order."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.recipe import Selection
from synth_assets.rewriting.work import RecipeWork
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import document
from synth_assets_tests.rewriting.played import IDENTITY, Played
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    PAGES,
    SPANISH,
    asked_about,
    good,
    in_other_words,
    makes_nothing,
    play,
    refusing,
)

LANGUAGES = ("cat", "deu", "eng", "fra", "ita", "por", "spa", "swh")


def test_a_document_is_merged_back_in_order(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "rephrase", good())
    (row,) = made.made_of(ENGLISH)
    assert row["text"] == in_other_words(ENGLISH.text)
    assert (row["n_passages"], row["n_verbatim"], row["n_answers"]) == (2, 0, 2)
    assert (row["prompt_lang"], row["quality_tier"]) == ("eng_Latn", None)
    (spanish,) = made.made_of(SPANISH)
    assert (spanish["prompt_lang"], spanish["lang"]) == ("spa_Latn", "spa_Latn")


def test_there_are_prompts_in_eight_languages():
    prompts = find_recipe("rephrase").writes.prompts
    assert set(prompts.by_lang) == {f"{lang}_Latn" for lang in LANGUAGES}
    systems = {prompt.system for prompt in prompts.by_lang.values()}
    assert len(systems) == len(LANGUAGES)


def test_a_prompt_in_the_language_names_no_other(make_run: MakeRun, profile: Profile):
    asked: list[str] = []

    def answer(request: Request) -> Result:
        asked.append(str(request.prompt))
        return good()(request)

    play(make_run, profile, "rephrase", answer, [SPANISH])
    assert "pasaje" in asked[0] and "passage" not in asked[0]


def test_an_answer_in_english_is_refused(make_run: MakeRun, profile: Profile):
    def in_english(_: str) -> str:
        return ENGLISH.text[:450] + " 140, 1732 and 3"

    made = play(make_run, profile, "rephrase", good(in_english), [SPANISH])
    assert made.dropped["drop_reason"].to_list() == ["language"]


def test_the_tier_is_the_attribute_s():
    page = replace(ENGLISH, attributes={"quality_tier": "high"})
    work = RecipeWork(find_recipe("rephrase"), IDENTITY, 1, Selection())
    assert Played(work, good(), page=page).made.extra[0]["quality_tier"] == "high"


def test_one_lost_passage_takes_the_document_with_it(make_run: MakeRun, profile: Profile):
    def answer(request: Request) -> Result:
        second = "## The station" in asked_about(request)
        return refusing(request) if second else good()(request)

    made = play(make_run, profile, "rephrase", answer, [ENGLISH])
    assert made.rows.is_empty() and made.dropped["drop_reason"].to_list() == ["refusal"]


PROSE = "The boat left for the islands on the coast with letters, apples and " + "wood " * 12
CODE = "```\n" + "\n".join(f"load {n} into {n + 1}" for n in range(40)) + "\n```"


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([PROSE * 8, CODE, PROSE * 12]), min_size=1, max_size=5))
def test_order_is_kept_and_code_stands(parts: list[str]):
    parts = [f"{part.strip()} {n}" if part != CODE else part for n, part in enumerate(parts)]
    page = document(0, "\n\n".join(parts))
    recipe = find_recipe("rephrase").with_gates({"repetition": None})
    work = RecipeWork(recipe, IDENTITY, 1, Selection())
    if set(parts) == {CODE}:
        assert work.advance(page, {}).reason == "too_short"  # type: ignore[union-attr]
        return
    played = Played(work, good(lambda text: f"Now {in_other_words(text)}"), page=page).made
    (text,) = [one.text for one in played.documents]
    (columns,) = played.extra
    assert text.count(CODE) == parts.count(CODE)
    assert text.count("Now ") == columns["n_passages"] - columns["n_verbatim"]
    kept = text.replace("Now ", "").replace(" indeed", "")
    assert "".join(kept.split()) == "".join(page.text.split())


@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    makes_nothing(play(make_run, profile, "rephrase", answer, PAGES), reason)
