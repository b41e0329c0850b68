"""The few-shot table: drawn by the document, part of what a request is, replaceable by the user."""

from pathlib import Path
from random import Random

import pytest

from synth_assets.errors import ProfileError
from synth_assets.profile import Profile, load_profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.few_shot import load_few_shot, packaged_few_shot
from synth_assets.rewriting.stage import code_version, recipe_of
from synth_assets_tests.rewriting.recipes.characters import turned_on

OWN = """
roles: [a miller]
aims: [who counts sacks]
examples: [{passage: The mill stands still., query: why is the mill not running}]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "table.yaml"
    path.write_text(OWN)
    return path


def with_table(path: Path, tmp_path: Path) -> Profile:
    profile = tmp_path / "profile.yaml"
    profile.write_text(f"rewriting: {{few_shot: {path}}}")
    return load_profile(profile)


def test_the_packaged_table_has_some_hundred_personas():
    table = packaged_few_shot()
    assert len(table.roles) * len(table.aims) >= 300 and len(table.examples) >= 10
    assert len(set(table.roles)) == len(table.roles) and len(set(table.aims)) == len(table.aims)
    assert len({table.persona(Random(n)) for n in range(100)}) > 60
    shown = table.shown(Random(1), 3)
    assert shown.count("Passage:") == shown.count("Question:") == 3


def test_an_own_table_stands_in_for_it_and_counts_as_another_prompt(
    own: Path, tmp_path: Path, profile: Profile
):
    other = with_table(own, tmp_path)
    for name in ("retrieval_data", "beyondweb"):
        recipe = recipe_of(other, name)
        packaged = find_recipe(name)
        assert recipe.few_shot == load_few_shot(own)
        assert recipe.gen_version != packaged.gen_version
        assert recipe.row_version == packaged.row_version
        versions = [code_version(turned_on(one, name), name) for one in (profile, other)]
        assert versions[0] != versions[1]
    assert recipe_of(other, "faq") is find_recipe("faq")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "does not exist"),
        ("roles: [", "is not valid YAML"),
        (OWN.replace("a miller", ""), "roles: "),
        ("[]", "the file: "),
        (OWN.replace("query:", "question:"), "examples.0"),
    ],
)
def test_a_broken_table_is_one_sentence(tmp_path: Path, text: str | None, fault: str):
    path = tmp_path / "table.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ProfileError, match=fault) as raised:
        load_few_shot(path)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value)
