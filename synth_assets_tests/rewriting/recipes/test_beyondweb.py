"""BeyondWeb: styles drawn by share, conversations with turns, and the controls."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.corpus.document import content_hash
from synth_assets.generation.protocol import Request, Result
from synth_assets.generation.work import Need
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.recipe import Selection
from synth_assets.rewriting.recipes.beyondweb import STYLES, style_at
from synth_assets.rewriting.work import RecipeWork
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.rewriting.played import IDENTITY, Played
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    SPANISH,
    asked_about,
    good,
    in_other_words,
    makes_nothing,
    play,
    saying,
)

CONVERSATIONS = [name for name, style in STYLES.items() if style.strategy == "conversation"]
COPIES = [
    replace(ENGLISH, doc_id=f"{n:032x}", content_hash=content_hash(f"page {n}")) for n in range(400)
]

OTHER = replace(ENGLISH, text=f"{ENGLISH.text} So it goes.")
"""What is asked about it is not in the journal yet."""


def in_turns(text: str) -> str:
    words = in_other_words(text).replace("\n\n", " ").split(" ")
    lines = [" ".join(words[at : at + 30]) for at in range(0, len(words), 30)]
    return "\n".join(f"{('Ann', 'Bea')[n % 2]}: {line}" for n, line in enumerate(lines))


def able(request: Request) -> Result:
    """Talks where it is told to, and writes prose else."""
    talk = any(word in str(request.prompt) for word in ("conversation", "interview"))
    return good(in_turns if talk else in_other_words)(request)


def work(seed: int = 1, samples: int = 1) -> RecipeWork:
    return RecipeWork(find_recipe("beyondweb"), IDENTITY, seed, Selection(), None, samples)


def style_of(work: RecipeWork, page: object) -> str:
    made = Played(work, able, page=page).made  # type: ignore[arg-type]
    return str(made.extra[0]["style"])


def test_shares_are_whole_and_hold_a_quarter_of_conversation():
    assert sum(style.share for style in STYLES.values()) == pytest.approx(1)
    assert sum(STYLES[name].share for name in CONVERSATIONS) == pytest.approx(0.25)
    assert {style.strategy for style in STYLES.values()} == {
        "format",
        "style",
        "structure",
        "conversation",
    }


@given(st.floats(0, 1, exclude_max=True))
def test_every_draw_falls_into_the_stretch_of_its_style(draw: float):
    name = style_at(draw)
    names = list(STYLES)
    lower = sum(STYLES[one].share for one in names[: names.index(name)])
    assert lower - 1e-9 <= draw <= lower + STYLES[name].share + 1e-9


def test_documents_are_spread_by_share():
    steps = find_recipe("beyondweb").steps
    asks = {step.prompts.for_lang("eng_Latn").user[:60]: name for name, step in steps.items()}
    drawn: Counter[str] = Counter()
    for page in COPIES:
        need = work().advance(page, {})
        assert isinstance(need, Need)
        said = str(need.requests[0].prompt[1]["content"])  # type: ignore[index,call-overload]
        drawn[asks[said.replace("English", "{language}")[:60]]] += 1
    for name, style in STYLES.items():
        assert drawn[name] / len(COPIES) == pytest.approx(style.share, abs=0.06)


def test_a_document_s_style_hangs_on_its_text_and_the_seed_alone():
    page = COPIES[7]
    style = style_of(work(), page)
    assert style_of(work(), replace(page, doc_id="another", url="elsewhere")) == style
    assert {style_of(work(seed), page) for seed in range(12)} > {style}


def test_samples_draw_for_themselves():
    made = Played(work(samples=6), able, page=ENGLISH).made
    assert len({row["style"] for row in made.extra}) > 1


def test_what_was_drawn_stands_in_the_row(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "beyondweb", able, [*COPIES[:10], SPANISH])
    assert made.rows.height == 11 and made.dropped.is_empty()
    for row in made.rows.iter_rows(named=True):
        assert row["strategy"] == STYLES[row["style"]].strategy
        assert row["prompt_lang"] == "eng_Latn"
    assert made.rows["style"].n_unique() > 3


def test_a_conversation_has_turns(make_run: MakeRun, profile: Profile):
    made = play(make_run, profile, "beyondweb", good(), COPIES[:12])
    styles = {style_of(work(profile.seed), page) for page in COPIES[:12]}
    assert styles & set(CONVERSATIONS)
    assert not set(made.rows["style"]) & set(CONVERSATIONS)
    assert set(made.dropped["drop_reason"]) == {"unreadable"}
    assert made.dropped["drop_limit"][0].startswith("at least 4 turns of two speakers")


def test_the_profile_s_gates_hold_for_every_style():
    changed = find_recipe("beyondweb").with_gates({"too_short": {"min_words": 7}, "language": None})
    for step in changed.steps.values():
        gates = {gate.name: gate for gate in step.gates}
        assert gates["too_short"].min_words == 7 and "language" not in gates  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["beyondweb", "control_summarise", "control_continue"])
@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(name: str, character: str, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    made = play(make_run, profile, name, answer, [ENGLISH])
    assert made.rows.is_empty() and made.dropped["drop_reason"].to_list() == [reason]
    if name == "beyondweb":
        makes_nothing(play(make_run, profile, name, answer), reason)


def test_a_summary_is_shorter(make_run: MakeRun, profile: Profile):
    def first_third(text: str) -> str:
        return in_other_words(text[: len(text) // 3])

    made = play(make_run, profile, "control_summarise", good(first_third), [ENGLISH])
    assert made.rows["text"].to_list() == [first_third(ENGLISH.text)]
    longer = play(make_run, profile, "control_summarise", good(), [OTHER])
    assert longer.dropped["drop_reason"].to_list() == ["length_ratio"]


GOES_ON = (
    "In later years the trains came to the town and fewer boats were seen, so that the people at "
    "the quay turned to other trades and their children to other places, as it happens everywhere."
)


def test_a_continuation_goes_on_from_the_end(make_run: MakeRun, profile: Profile):
    asked: list[str] = []

    def answer(request: Request) -> Result:
        asked.append(asked_about(request))
        return saying(GOES_ON)(request)

    gates = {"length_ratio": None}
    made = play(make_run, profile, "control_continue", answer, [ENGLISH], gates=gates)
    assert made.rows["text"].to_list() == [GOES_ON]
    assert len(asked) == 1 and ENGLISH.text.endswith(asked[0])
    again = play(make_run, profile, "control_continue", good(str), [OTHER])
    assert again.dropped["drop_reason"].to_list() == ["copied"]
