"""Grammatical errors: exercises that their edits correct, with lines of the parent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.corpus.store import Store
from synth_assets.errors import ProfileError
from synth_assets.generation.engines.rules import RulesEngine
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.edits import Edit, apply_edits
from synth_assets.rewriting.grammar.noise import default_options, make_errors
from synth_assets.rewriting.recipes.grammatical_errors import FRAMES, exercise
from synth_assets.rewriting.stage import code_version, rewrite
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.engines import ScriptedEngine
from synth_assets_tests.rewriting.grammar.test_noise import TEXTS
from synth_assets_tests.rewriting.recipes.characters import ENGLISH, PAGES, turned_on

NAME = "grammatical_errors"
CATALAN = document(
    3,
    "El port de la vila és obert cada dia, però només fins a les vuit. Heu de portar l'entrada, "
    "que us donaran a l'oficina del port.\n\nTambé és possible que calgui fer cua abans d'entrar "
    "al museu de la cel·la antiga.",
    "cat_Latn",
)


@given(text=TEXTS, seed=st.integers(0, 5))
def test_the_edits_correct_the_exercise(text: str, seed: int):
    mistakes = make_errors(text, "cat_Latn", {**default_options(), "seed": seed, "rate": 4.0})
    made, edits, pairs = exercise(text, mistakes, FRAMES["cat_Latn"])
    assert len(edits) == len(mistakes)
    for pair in pairs:
        inside = [edit for edit in edits if pair["start"] <= edit.start < pair["end"]]
        spoilt = made[pair["start"] : pair["end"]]
        correct = made[pair["correct_start"] : pair["correct_end"]]
        assert spoilt != correct
        assert apply_edits(spoilt, [edit.moved(-pair["start"]) for edit in inside]) == correct
        assert text.startswith(correct, pair["parent_start"])
    assert len(pairs) == made.count(FRAMES["cat_Latn"].correct)


def play(make_run: MakeRun, profile: Profile, **settings: object) -> list[dict[str, object]]:
    go = make_run(BATCH, turned_on(profile, NAME, **settings))
    publish(go.store, [*PAGES, CATALAN])
    engine = RulesEngine()
    footer = rewrite(go, find_recipe(NAME), engine, engine.identity)
    assert not footer.broken_laws
    return go.store.open(f"rewritten/{NAME}", BATCH).read().to_dicts()


def test_pages_become_exercises(make_run: MakeRun, profile: Profile, store: Store):
    rows = play(make_run, profile, options={"rate": 3})
    assert [row["parent_ids"] for row in rows] == [[ENGLISH.doc_id], [CATALAN.doc_id]]
    for row, page in zip(rows, (ENGLISH, CATALAN), strict=True):
        text, edits = str(row["text"]), [Edit(**edit) for edit in row["edits"]]  # type: ignore[attr-defined]
        assert text.startswith(FRAMES[page.lang].told)
        assert row["n_errors"] == len(edits) >= 3
        assert (row["relation"], row["kind"], row["model"]) == ("adds", "rewritten", "rules")
        fixed = apply_edits(text, edits)
        for pair in row["pairs"]:  # type: ignore[attr-defined]
            correct = text[pair["correct_start"] : pair["correct_end"]]
            assert page.text.startswith(correct, pair["parent_start"])
            assert fixed.count(correct) >= 2
    outcomes = store.open(f"rewritten/{NAME}", BATCH).sidecar_frames("outcomes")
    assert {row["reason"] for frame in outcomes for row in frame.to_dicts()} == {
        None,
        "language",
        "too_short",
    }


def test_seed_and_rates_make_other_documents(make_run: MakeRun, profile: Profile):
    first = play(make_run, profile, options={"rate": 3})
    again = play(make_run, profile, options={"rate": 3})
    assert first == again
    other = play(make_run, profile.model_copy(update={"seed": 7}), options={"rate": 3})
    assert {row["doc_id"] for row in other}.isdisjoint(row["doc_id"] for row in first)
    rare = play(make_run, profile, options={"rate": 1.5})
    assert sum(row["n_errors"] for row in rare) < sum(row["n_errors"] for row in first)  # type: ignore[misc]


def test_options_are_the_recipe_s_own(make_run: MakeRun, profile: Profile):
    with pytest.raises(ProfileError, match=r"options.speed is not allowed: .* rate, eng_missing"):
        play(make_run, profile, options={"speed": 3})
    usual = turned_on(profile, NAME)
    assert code_version(usual, NAME) != code_version(
        turned_on(profile, NAME, options={"rate": 2}), NAME
    )
    assert code_version(usual, NAME) == code_version(
        turned_on(profile, NAME, options={"rate": 1}), NAME
    )


def test_a_model_is_refused(make_run: MakeRun, profile: Profile):
    go = make_run(BATCH, turned_on(profile, NAME))
    publish(go.store, PAGES)
    engine = ScriptedEngine(lambda request: None)  # type: ignore[arg-type,return-value]
    identity = type(engine.identity)("openai", "m", "1", "")
    with pytest.raises(
        ProfileError, match="kind = openai is not allowed: this recipe needs no model"
    ):
        rewrite(go, find_recipe(NAME), engine, identity)
