"""Recipes: found by walking the folder, described, and versioned by what they consist of."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from synth_assets.errors import ProfileError
from synth_assets.generation.gates.copying import Copied
from synth_assets.generation.gates.length import Empty
from synth_assets.profile import Profile
from synth_assets.rewriting import recipes as recipes_module
from synth_assets.rewriting.catalogue import find_recipe, recipes
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.prompt import ENGLISH, Prompts
from synth_assets.rewriting.recipe import Recipe, Relation, Selection
from synth_assets.rewriting.restructure import operations
from synth_assets.rewriting.stage import COLUMNS, code_version
from synth_assets_tests.corpora import document
from synth_assets_tests.rewriting.played import with_step

ALL = ("encyclopedic", "faq", "table", "tutorial")
FOLDER = Path(recipes_module.__file__).parent


def test_the_folder_is_the_catalogue():
    files = sorted(file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))
    assert list(recipes()) == files and set(ALL) < set(files)
    by_rules = [name for name, recipe in recipes().items() if recipe.operation in operations()]
    assert set(ALL) <= set(by_rules)


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_says_what_it_is(name: str):
    recipe = find_recipe(name)
    assert recipe.relation in get_args(Relation) and recipe.kind in ("rewritten", "edited")
    assert recipe.source.split(",")[0] in recipe.description or "arXiv" in recipe.description
    assert recipe.description[0].isupper() and recipe.description.endswith(".")
    assert set(recipe.writers) <= set(recipe.steps) and recipe.calls
    assert not set(recipe.columns) & set(COLUMNS)


def test_an_unknown_recipe_is_one_sentence():
    with pytest.raises(
        ProfileError, match=r"rewriting.recipes.faqs .* encyclopedic, .*, faq, .*table"
    ):
        find_recipe("faqs")


def test_versions_are_short_distinct_and_stable():
    versions = {recipe.gen_version for recipe in recipes().values()}
    assert len(versions) == len(recipes())
    assert all(len(version) == 12 for version in versions)
    recipe = find_recipe("faq")
    assert replace(recipe).version == recipe.version


def changed_prompt(recipe: Recipe) -> Recipe:
    english = recipe.writes.prompts.for_lang(ENGLISH)
    other = replace(english, user=english.user.replace("document", "page", 1))
    return with_step(recipe, prompts=Prompts({ENGLISH: other}))


@pytest.mark.parametrize("name", ALL)
def test_a_prompt_changes_what_a_request_is_and_a_gate_what_a_row_is(name: str):
    recipe = find_recipe(name)
    asked, judged = changed_prompt(recipe), with_step(recipe, gates=(Empty(),))
    assert asked.gen_version != recipe.gen_version
    assert asked.row_version == recipe.row_version
    assert judged.gen_version == recipe.gen_version
    assert judged.row_version != recipe.row_version


@pytest.mark.parametrize(
    "change",
    [
        {"name": "faq_too"},
        {"relation": "supersedes"},
        {"program_version": 2},
        {"join": "tables"},
        {"selection": Selection(min_words=41)},
        {"selection": Selection(frozenset({"eng_Latn"}), min_words=40)},
    ],
)
def test_everything_that_makes_a_row_counts(change: dict[str, object]):
    recipe = find_recipe("faq")
    other = replace(recipe, **change)  # type: ignore[arg-type]
    assert other.row_version != recipe.row_version
    assert other.gen_version == recipe.gen_version


def test_parsers_make_a_row():
    recipe = find_recipe("faq")
    other = with_step(recipe, parsers=())
    assert other.row_version != recipe.row_version
    assert other.gen_version == recipe.gen_version


@pytest.mark.parametrize("change", [{"passage_words": 300}, {"operation": "table"}])
def test_everything_that_makes_a_request_counts(change: dict[str, object]):
    recipe = find_recipe("faq")
    other = replace(recipe, **change)  # type: ignore[arg-type]
    assert other.gen_version != recipe.gen_version


def with_recipe(profile: Profile, name: str, **settings: object) -> Profile:
    old = profile.rewriting.recipes[name]
    new = type(old).model_validate(old.model_dump() | settings)
    all_recipes = {**profile.rewriting.recipes, name: new}
    rewriting = profile.rewriting.model_copy(update={"recipes": all_recipes})
    return profile.model_copy(update={"rewriting": rewriting})


def test_a_recipe_s_settings_mark_only_its_own_asset_stale(profile: Profile):
    other = with_recipe(profile, "faq", min_words=90)
    changed = [name for name in ALL if code_version(profile, name) != code_version(other, name)]
    assert changed == ["faq"]


def test_gates_in_force_make_the_version_and_gates_at_their_defaults_do_not(profile: Profile):
    def version(gates: dict[str, object]) -> str:
        return code_version(with_recipe(profile, "faq", gates=gates), "faq")

    before = code_version(profile, "faq")
    assert version({"copied": {"max_share": 0.8}}) == before
    assert version({"segment_length": None}) == before
    assert version({"copied": {"max_share": 0.6}}) != before
    assert version({"language": None}) != before
    changed = find_recipe("faq").with_gates({"language": None})
    assert changed.gen_version == find_recipe("faq").gen_version


def test_strict_changes_no_row_and_regenerate_may(profile: Profile):
    before = code_version(profile, "faq")
    assert code_version(with_recipe(profile, "faq", strict=True), "faq") == before
    assert code_version(with_recipe(profile, "faq", regenerate=True), "faq") != before


def test_recipes_that_keep_their_text_have_no_copy_gate_unless_asked():
    recipe = replace(find_recipe("faq"), keeps_text=True)
    names = {gate.name for gate in BASIC}
    kept = {gate.name for gate in recipe.with_gates({}).writes.gates}
    assert names - kept == {"copied", "refusal", "preamble"}
    assert Copied(0.9) in recipe.with_gates({"copied": {"max_share": 0.9}}).writes.gates


def test_a_selection_is_narrowed_not_widened():
    selection = Selection(frozenset({"eng_Latn", "cat_Latn"}), 40, 100)
    narrow = selection.narrowed(frozenset({"cat_Latn", "spa_Latn"}), 20, 90)
    assert narrow == Selection(frozenset({"cat_Latn"}), 40, 90)
    reasons = [
        refused.reason if (refused := narrow.refuses(document(0, text, lang))) else None
        for text, lang in [
            ("a " * 50, "eng_Latn"),
            ("a " * 39, "cat_Latn"),
            ("a " * 91, "cat_Latn"),
            ("a " * 90, "cat_Latn"),
        ]
    ]
    assert reasons == ["language", "too_short", "too_long", None]


WHERE = {"license": frozenset({"CC0-1.0"}), "quality_tier": frozenset({"high", "medium"})}


def test_columns_of_the_corpus_choose_too():
    selection = Selection(min_words=2).narrowed(None, where=WHERE)
    assert selection.columns == ["lang", "n_words", "license", "quality_tier"]

    def reason(tier: object, text: str = "a b", license: str = "CC0-1.0") -> str | None:
        page = document(0, text, license=license)
        refused = selection.refuses(replace(page, attributes={"quality_tier": tier}))
        return refused.reason if refused else None

    assert (reason("high"), reason("low"), reason(None)) == (None, "quality_tier", "quality_tier")
    assert (reason("high", license="MIT"), reason("high", "a")) == ("license", "too_short")
    narrow = selection.narrowed(None, where={"quality_tier": frozenset({"high"})})
    assert narrow.where == {**WHERE, "quality_tier": frozenset({"high"})}
    recipe = find_recipe("faq")
    assert replace(recipe, selection=selection).row_version != recipe.row_version
