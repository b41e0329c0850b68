"""Nemotron-CC: question-answer pairs behind the document, and what it teaches."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.profile import Profile
from synth_assets.rewriting.pairs import Pair
from synth_assets.rewriting.readers import read_pairs
from synth_assets.rewriting.recipes.diverse_qa import PER_WORDS, drawn
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    PAGES,
    SPANISH,
    good,
    in_other_words,
    makes_nothing,
    play,
)

OTHERS = ("distill", "extract_knowledge", "knowledge_list")
N_PAIRS = 4


def sentences(text: str) -> list[str]:
    prose = " ".join(part for part in text.split("\n\n") if not part.startswith("#"))
    return [in_other_words(one.rstrip(".")) for one in prose.split(". ")]


def pairs_on(text: str) -> str:
    told = sentences(text)
    return "\n\n".join(
        f"**Question {n + 1}:** Why {told[n][:30].split()[-1]} {n}?\n**Answer:** {told[n]}."
        for n in range(N_PAIRS)
    )


def as_items(text: str) -> str:
    """As a list, one item twice."""
    told = sentences(text)
    return "\n".join(f"- {one}." for one in [*told, told[0]])


def shorter(text: str) -> str:
    return in_other_words(text)[: len(text) * 3 // 4]


WRITES = {"distill": shorter, "extract_knowledge": in_other_words, "knowledge_list": as_items}


def test_pairs_stand_behind_the_document(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "diverse_qa", good(pairs_on))
    assert made.not_selected == 1 and made.rows.height == 2
    for page, label in ((ENGLISH, "Question: "), (SPANISH, "Pregunta: ")):
        (row,) = made.made_of(page)
        text, added_at = str(row["text"]), int(str(row["added_at"]))
        assert text.encode().startswith(page.text.encode())
        assert text[: added_at - 2] == page.text and text[added_at:].startswith(label)
        taken = read_pairs(text[added_at:])
        assert len(taken) == row["n_pairs"] and row["n_pairs_written"] == N_PAIRS
        assert set(taken) <= set(read_pairs(pairs_on(page.text)))
        assert row["relation"] == "extends"


def test_two_runs_draw_the_same_pairs(make_run: MakeRun, profile: Profile):
    first, second = (play(make_run, profile, "diverse_qa", good(pairs_on)).rows for _ in range(2))
    assert first.equals(second)


@given(st.integers(1, 30), st.integers(0, 5000), st.integers(0, 1000))
def test_as_many_pairs_as_the_length_allows(n_pairs: int, n_words: int, seed: int):
    pairs = [Pair(f"q{n}", f"a{n}") for n in range(n_pairs)]
    taken = drawn(pairs, n_words, Random(seed))
    assert 1 <= len(taken) <= min(n_pairs, max(1, 10 * n_words // PER_WORDS))
    assert len(set(taken)) == len(taken) and set(taken) <= set(pairs)


@pytest.mark.parametrize("name", OTHERS)
def test_a_good_model(name: str, make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, name, good(WRITES[name]), [ENGLISH, PAGES[2]])
    (row,) = made.rows.iter_rows(named=True)
    expected = WRITES[name](ENGLISH.text).strip()
    if name == "knowledge_list":
        items = [line.removeprefix("- ") for line in expected.splitlines()]
        once = list(dict.fromkeys(items))
        assert str(row["text"]).splitlines() == once and len(once) < len(items)
        assert row["n_items"] == len(once)
    else:
        assert row["text"] == expected
    assert (row["n_answers"], row["relation"]) == (1, "adds")


def test_a_list_with_words_around_it_is_refused(make_run: MakeRun, profile: Profile):
    def wordy(text: str) -> str:
        return f"The text says this.\n{as_items(text)}"

    made = play(make_run, profile, "knowledge_list", good(wordy))
    makes_nothing(made, "unreadable")


def test_what_is_not_shorter_is_not_distilled(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "distill", good(), [ENGLISH])
    assert made.rows.is_empty()
    assert made.dropped["drop_reason"].to_list() == ["length_ratio"]


def test_what_teaches_next_to_nothing_is_dropped(make_run: MakeRun, profile: Profile):
    def little(text: str) -> str:
        return " ".join(in_other_words(text.split("\n\n", 1)[-1]).split()[:25])

    gates = {"numbers_kept": None}
    made = play(make_run, profile, "extract_knowledge", good(little), PAGES, gates=gates)
    makes_nothing(made, "too_short")
    assert set(made.dropped["drop_limit"]) == {"at least 38"}


@pytest.mark.parametrize("name", [*OTHERS, "diverse_qa"])
@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(name: str, character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    made = play(make_run, profile, name, answer, [ENGLISH])
    assert made.rows.is_empty()
    assert made.dropped["drop_reason"].to_list() == [reason]
    assert made.dropped["text"].to_list() == [ENGLISH.text]
