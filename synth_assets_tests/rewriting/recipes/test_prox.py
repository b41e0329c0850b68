"""ProX: documents judged, lines cleaned, and what a program that is not believed changes."""

import re

import pytest

from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.words import first_words
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    PAGES,
    SPANISH,
    Answer,
    makes_nothing,
    play,
    saying,
)

RECIPES = ("prox", "prox_refiner", "prox_doc_refiner")
HEADINGS = [n for n, line in enumerate(ENGLISH.text.split("\n")) if line.startswith("#")]


def user(request: Request) -> str:
    return str(request.prompt[-1]["content"])  # type: ignore[index]


def writing(program: str, verdict: str = "keep_doc()") -> Answer:
    """A model that says `verdict` of every document and `program` of every chunk."""

    def answer(request: Request) -> Result:
        text = program if "[000]" in user(request) else verdict
        return Result(request.key, text, "stop", 10, 10)

    return answer


def without_headings(request: Request) -> Result:
    calls = [
        f"remove_lines(line_start={found[1]}, line_end={found[1]})"
        for found in re.finditer(r"^\[(\d{3})\]#", user(request), re.MULTILINE)
    ]
    return writing("\n".join([*calls, 'normalize(source_str="old ", target_str="")']))(request)


@pytest.mark.parametrize("name", ["prox", "prox_refiner"])
def test_a_program_takes_lines_out_and_is_logged(name: str, make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, name, without_headings)
    (row,) = made.made_of(ENGLISH)
    lines = ENGLISH.text.split("\n")
    assert row["text"] == "\n".join(
        line.replace("old ", "") for n, line in enumerate(lines) if n not in HEADINGS
    )
    edits = row["edits"]
    assert [edit["line"] for edit in edits if edit["after"] is None] == HEADINGS  # type: ignore[attr-defined]
    assert all(lines[edit["line"]] == edit["before"] for edit in edits)  # type: ignore[attr-defined]
    assert (row["relation"], row["kind"], row["n_errors"]) == ("supersedes", "edited", 0)
    assert 0.9 < row["kept_ratio"] < 1  # type: ignore[operator]
    assert row["doc_program"] == ("keep_doc()" if name == "prox" else None)
    assert len(made.engine.sent) == 4 // (1 + (name != "prox"))
    assert made.dropped.is_empty() and made.not_selected == 1


def test_a_document_is_dropped_whole(make_run: MakeRun, profile: Profile):
    for name in ("prox", "prox_doc_refiner"):
        dropping = writing("keep_chunk()", "drop_doc()")
        made = play(make_run, profile, name, dropping)
        makes_nothing(made, "drop_doc")
        assert len(made.engine.sent) <= 2, "nothing is asked of a dropped document's chunks"


@pytest.mark.parametrize("program", ["drop_chunk()", "remove_lines(line_start=0, line_end=900)"])
def test_a_program_that_leaves_nothing_drops(program: str, make_run: MakeRun, profile: Profile):
    makes_nothing(play(make_run, profile, "prox", writing(program)), "nothing_left")


def test_a_program_that_is_not_believed_changes_nothing(make_run: MakeRun, profile: Profile):
    program = "remove_lines(line_start=0, line_end=0)\nremove(1)\nremove(2)"
    made = play(make_run, profile, "prox", writing(program))
    (row,) = made.made_of(ENGLISH)
    assert row["text"] == ENGLISH.text
    assert (row["edits"], row["n_errors"], row["kept_ratio"]) == ([], 2, 1.0)
    assert row["chunk_program"] == program
    # one line and no more: as published, what has hardly a word left goes in any case
    assert made.dropped["drop_reason"].to_list() == ["nothing_left"]


def test_the_document_refiner_keeps_every_byte(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "prox_doc_refiner", saying("keep_doc()"))
    assert sorted(made.rows["text"]) == sorted([ENGLISH.text, SPANISH.text])


@pytest.mark.parametrize("answer", ["Keep it, I think.", "keep_doc()\ndrop_doc()"])
def test_no_verdict_is_no_keep(answer: str, make_run: MakeRun, profile: Profile):
    makes_nothing(play(make_run, profile, "prox", writing("keep_chunk()", answer)), "unreadable")


def test_the_released_checkpoints_get_what_they_were_trained_on(
    make_run: MakeRun, profile: Profile
):
    seen: list[Request] = []

    def answer(request: Request) -> Result:
        seen.append(request)
        return writing("keep_chunk()")(request)

    play(make_run, profile, "prox_refiner", answer, [SPANISH])
    play(make_run, profile, "prox_doc_refiner", answer, [SPANISH])
    system = "You are a helpful, respectful and honest assistant."
    assert [one.prompt for one in seen] == [
        [
            {"role": "system", "content": system},
            {"role": "user", "content": f"[doc]\n[000]{SPANISH.text}\n[/doc]"},
        ],
        [{"role": "system", "content": system}, {"role": "user", "content": SPANISH.text}],
    ]
    assert all(one.sampling.temperature == 0 for one in seen)
    assert seen[0].sampling.max_new_tokens == 256


def test_a_document_is_judged_by_its_beginning():
    assert first_words(ENGLISH.text, 3) == "## The harbour\n\nThe"
    assert first_words(ENGLISH.text, 4000) == ENGLISH.text
    assert find_recipe("prox").calls == "one, and one per chunk"


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(name: str, character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    makes_nothing(play(make_run, profile, name, answer, PAGES), reason)
