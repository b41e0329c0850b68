"""Instruction Pre-Training: rounds, layouts, and a document that stays whole between its tasks."""

import pytest

from synth_assets.corpus.document import Document
from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.instruction_templates import LAYOUTS, lay_out
from synth_assets.rewriting.pairs import Pair
from synth_assets.rewriting.readers import read_tagged_pairs
from synth_assets.rewriting.recipes._instructions import PASSAGE_WORDS, ROUNDS, supported
from synth_assets.rewriting.weaving import cut_exactly
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import document
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    SPANISH,
    asked_about,
    makes_nothing,
    play,
    saying,
)

RECIPES = ("instruction_pretraining", "instruction_synthesizer")
LONG = document(7, "\n\n".join(f"## Part {n}\n\n{ENGLISH.text}" for n in range(8)), title="Long")
PLACES = cut_exactly(LONG.text, PASSAGE_WORDS)


def prompt_of(request: Request) -> str:
    return request.prompt if isinstance(request.prompt, str) else str(request.prompt[-1]["content"])  # type: ignore[index,call-overload]


def passage_of(request: Request) -> str:
    if isinstance(request.prompt, str):
        return request.prompt.rsplit("<CON> ", 1)[1].removesuffix(" </CON>\n\n")
    return asked_about(request)


def able(request: Request) -> Result:
    """Three pairs on the passage: one good, one with a number of its own, and one asked always."""
    head = passage_of(request).split("\n")[0].strip("# ")
    pairs = [
        (f"What is told under {head}?", "Why the roof of that house is green to this day."),
        (f"When was {head} built?", "It was built in the year 987654."),
        ("Who keeps the tools?", "A small museum keeps them with the maps and the letters."),
    ]
    if isinstance(request.prompt, str):
        text = "\n\n".join(f"<QUE> {q} <ANS> {a} </END>" for q, a in pairs)
        return Result(request.key, text + "\n\n<QUE> And who", "length", 10, 400)
    return Result(request.key, "\n\n".join(f"Q: {q}\nA: {a}" for q, a in pairs), "stop", 10, 10)


def without(row: dict[str, object]) -> str:
    """The row's text without what was inserted."""
    text, end = "", 0
    for span in row["inserted"]:  # type: ignore[attr-defined]
        text, end = text + str(row["text"])[end : span["start"]], span["end"]
    return text + str(row["text"])[end:]


@pytest.mark.parametrize("name", RECIPES)
def test_the_document_is_there_and_each_passage_has_its_pairs(
    name: str, make_run: MakeRun, profile: Profile
):
    made = play(make_run, profile, name, able, [LONG, ENGLISH])
    (row,) = made.made_of(LONG)
    assert without(row) == LONG.text and row["relation"] == "extends"
    n_passages = len(PLACES)
    assert n_passages == 3
    assert (row["n_written"], row["n_unsupported"]) == (3 * n_passages, n_passages)
    pairs = row["pairs"]
    assert [one["passage"] for one in pairs] == [0, 0, 1, 2]  # type: ignore[attr-defined]
    assert sum(one["question"] == "Who keeps the tools?" for one in pairs) == 1  # type: ignore[attr-defined]
    assert all(str(row["text"]).count(one["question"]) == 1 for one in pairs)  # type: ignore[attr-defined]
    (small,) = made.made_of(ENGLISH)
    assert without(small) == ENGLISH.text and small["n_answers"] == 1


SEVERAL = [document(50 + n, f"## House {n}\n\n{ENGLISH.text}\n") for n in range(6)]
"""Short enough to share a row; SPANISH is of another language."""


@pytest.mark.parametrize("name", RECIPES)
def test_short_documents_share_a_row_and_all_are_its_parents(
    name: str, make_run: MakeRun, profile: Profile
):
    made = play(make_run, profile, name, able, [*SEVERAL, SPANISH])
    texts = {one.doc_id: one.text for one in [*SEVERAL, SPANISH]}
    parents = made.rows["parent_ids"].to_list()
    assert sorted(parent for some in parents for parent in some) == sorted(texts)
    assert max(map(len, parents)) == ROUNDS and [SPANISH.doc_id] in parents
    for row in made.rows.iter_rows(named=True):
        assert without(row) == "".join(texts[one] for one in row["parent_ids"])
        assert row["root_ids"] == row["parent_ids"] and row["n_answers"] == len(row["parent_ids"])
        ends = [row["text"].index(texts[one]) + len(texts[one]) for one in row["parent_ids"]]
        starts = [row["text"].index(one["question"]) for one in row["pairs"]]
        places = [one["passage"] for one in row["pairs"]]
        assert [sum(end <= start for end in ends) - 1 for start in starts] == places
    outcomes = made.footer.counts.other
    assert outcomes["parents_with_children"] == len(texts) > made.rows.height
    assert len(set(made.engine.sent)) == len(texts)  # each is asked about once


def test_a_document_without_a_pair_leaves_the_row_to_the_others(
    make_run: MakeRun, profile: Profile
):
    def answer(request: Request) -> Result:
        if passage_of(request).startswith(("## House 1", "## House 2")):
            return Result(request.key, "Q: When was it?\nA: In 987654, they say so there.", "stop")
        return able(request)

    made = play(make_run, profile, RECIPES[0], answer, SEVERAL)
    why = dict(made.dropped.select("doc_id", "drop_reason").iter_rows())
    assert why == {SEVERAL[1].doc_id: "unsupported", SEVERAL[2].doc_id: "unsupported"}
    used = [parent for some in made.rows["parent_ids"] for parent in some]
    assert sorted(used) == sorted(one.doc_id for n, one in enumerate(SEVERAL) if n not in (1, 2))
    for row in made.rows.iter_rows(named=True):
        assert all(f"## House {n}\n" not in row["text"] for n in (1, 2))
        assert {one["passage"] for one in row["pairs"]} == set(range(len(row["parent_ids"])))


@pytest.mark.parametrize("name", RECIPES)
def test_later_rounds_see_the_passage_before_them_with_its_pairs(
    name: str, make_run: MakeRun, profile: Profile
):
    seen: dict[str, str] = {}

    def answer(request: Request) -> Result:
        seen[passage_of(request)] = prompt_of(request)
        return able(request)

    play(make_run, profile, name, answer, [LONG])
    assert list(seen) == [PLACES[0].strip(), PLACES[2].strip(), PLACES[1].strip()]
    assert len(PLACES) > ROUNDS
    shown = [prompt.removesuffix("\n\n") for prompt in seen.values()]
    assert [PLACES[0].strip() in one for one in shown] == [True, False, True]
    assert shown[2].index(PLACES[0].strip()) < shown[2].index("Who keeps the tools?")
    assert "Who keeps the tools?" not in shown[0] + shown[1]


def test_the_synthesizer_gets_what_it_was_trained_on(make_run: MakeRun, profile: Profile):
    seen: list[Request] = []

    def answer(request: Request) -> Result:
        seen.append(request)
        return able(request)

    play(make_run, profile, "instruction_synthesizer", answer, [LONG])
    assert seen[0].prompt == f" <CON> {PLACES[0].strip()} </CON>\n\n"
    pairs = read_tagged_pairs(str(able(seen[0]).text))
    told = "\n\n".join(f"<QUE> {q} <ANS> {a} </END>" for q, a in pairs)
    assert seen[2].prompt == f"{seen[0].prompt}{told}</s><s> <CON> {PLACES[1].strip()} </CON>\n\n"
    assert (seen[0].sampling.temperature, seen[0].sampling.max_new_tokens) == (0, 400)


def test_a_broken_pair_is_left_out():
    broken = "<QUE> f? </END> <QUE> g <ANS> h"
    text = f"<QUE> a? <ANS> b </END>\n\n<QUE> c? <QUE> d? <ANS> e </END> {broken}"
    assert read_tagged_pairs(text) == [Pair("a?", "b"), Pair("d?", "e")]
    with pytest.raises(ValueError, match="at least once"):
        read_tagged_pairs("<QUE> a? <ANS> b")


def test_numbers_of_an_answer_stand_in_its_passage():
    assert supported("Built in 1701.", Pair("When?", "In 1701."))
    assert supported("No number.", Pair("Is 7 odd?", "Yes, 7 is."))
    assert not supported("Built in 1701.", Pair("When?", "In 170."))


def test_layouts_differ_and_hold_every_pair_in_order():
    pairs = [Pair("Why {so}?", "For a reason."), Pair("And then?", "It ended.")]
    texts = [lay_out(layout, pairs, "eng_Latn") for layout in LAYOUTS]
    assert len(set(texts)) == len(LAYOUTS)
    for text in texts:
        found = [text.index(part) for pair in pairs for part in pair]
        assert found == sorted(found)


def test_the_layout_is_drawn_by_the_document(make_run: MakeRun, profile: Profile):
    pages: list[Document] = [
        document(n, f"{ENGLISH.text}\n\nThe end of page {n}.") for n in range(30)
    ]
    first, again = (
        play(make_run, profile, RECIPES[0], able, pages).rows.select("doc_id", "template_id")
        for _ in range(2)
    )
    assert first.equals(again) and first["template_id"].n_unique() > 4


def test_pairs_without_support_drop_the_document(make_run: MakeRun, profile: Profile):
    made = play(
        make_run, profile, RECIPES[0], saying("Q: In what year was it?\nA: It was in 987654.")
    )
    makes_nothing(made, "unsupported")


def test_spanish_has_spanish_labels(make_run: MakeRun, profile: Profile):
    pairs = [Pair("¿Por qué?", "Porque sí.")]
    assert lay_out(LAYOUTS[0], pairs, "spa_Latn") == "Pregunta: ¿Por qué?\nRespuesta: Porque sí."
    assert SPANISH.lang == "spa_Latn"


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(name: str, character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    if name == "instruction_synthesizer":  # it may be cut off, and has no manners to refuse
        reason = {"rambling": "repetition", "refusing": "unreadable"}.get(character, reason)
    makes_nothing(play(make_run, profile, name, answer), reason)
