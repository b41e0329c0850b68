"""Prompt files: parts, placeholders, languages and their names."""

from pathlib import Path

import pytest

from synth_assets.errors import ProfileError
from synth_assets.filtering.language_codes import LID176, to_flores
from synth_assets.rewriting.language_names import language_name
from synth_assets.rewriting.prompt import load_prompts, parse_prompt

SPANISH = "# system\nEscribe en {language}.\n\n# user\n{title}\n\n{text}\n"


def test_prompts_are_filled_in_once():
    prompt = load_prompts("faq", "write").for_lang("cat_Latn")
    system, user = prompt.messages(lang="cat_Latn", title=None, text="A {title} and {x}.")
    assert "Catalan" in system["content"] and "Catalan" in user["content"]
    assert user["content"].endswith("A {title} and {x}.")
    other, _ = prompt.messages(lang="xyz_Latn", title="T", text="")
    assert "the language of the document" in other["content"]


def test_instructions_are_the_prompt_without_the_document():
    prompt = load_prompts("faq", "write").for_lang("cat_Latn")
    told = prompt.instructions("cat_Latn")
    assert "You write only in Catalan" in told and "frequently asked questions" in told
    assert "{" not in told


def test_a_plain_prompt_is_one_text_to_the_last_byte():
    prompt = parse_prompt("# plain\n <A> {text} </A>\n\n{more}\n", "mine.md", ["more"])
    asked = prompt.rendered(lang="eng_Latn", title=None, text="{t} ", fills={"more": "M"})
    assert asked == " <A> {t}  </A>\n\nM\n"


def test_a_file_adds_a_language(tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "write.md").write_text("# system\nWrite {language}.\n# user\n{text}")
    (folder / "write.spa_Latn.md").write_text(SPANISH)
    (folder / "write2.cat_Latn.md").write_text(SPANISH)
    prompts = load_prompts("mine", "write", folder=tmp_path)
    assert list(prompts.by_lang) == ["eng_Latn", "spa_Latn"]
    assert prompts.for_lang("spa_Latn").system == "Escribe en {language}."
    assert prompts.lang_for("spa_Latn") == "spa_Latn"
    assert prompts.lang_for("cat_Latn") == "eng_Latn"


def test_a_recipe_without_an_english_prompt_is_one_sentence(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "write.spa_Latn.md").write_text(SPANISH)
    with pytest.raises(ProfileError, match=r"prompts/mine/write.md does not exist"):
        load_prompts("mine", "write", folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# user\n{text}", "it has user"),
        ("# system\nHi\n# user\n{body} {text}", r"\{body\} is not a placeholder"),
        ("# system\nHi\n# user\nHi", "must hold the document"),
        ("Hi", "it has none"),
        ("# system\na\n# user\n{text}\n# user\n{text}", "each once"),
        ("# plain\nHi", "the plain part must hold the document"),
    ],
)
def test_a_broken_prompt_is_one_sentence(text: str, fault: str):
    with pytest.raises(ProfileError, match=f"mine.md.*{fault}"):
        parse_prompt(text, "mine.md")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("cat_Latn", "Catalan"),
        ("swh_Latn", "Swahili"),
        ("nob_Latn", "Norwegian Bokmål"),
        ("quy_Latn", "Ayacucho Quechua"),
        ("wol_Latn", "Wolof"),
        ("zho_Hans", "Chinese (Simplified script)"),
        ("zho_Hant", "Chinese (Traditional script)"),
        ("srp_Cyrl", "Serbian"),
        ("srp_Latn", "Serbian (Latin script)"),
        ("und", None),
        ("xyz_Latn", None),
        ("nonsense", None),
    ],
)
def test_names_of_languages(code: str, name: str | None):
    assert language_name(code) == name


def test_nearly_every_language_that_can_be_identified_has_a_name():
    unnamed = {code for code, _ in LID176.values() if language_name(to_flores(code)) is None}
    assert unnamed <= {"eml"}
