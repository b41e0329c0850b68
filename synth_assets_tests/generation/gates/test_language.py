import pytest

from synth_assets.generation.gates.language import Language
from synth_assets_tests.generation.gates.texts import PARAGRAPHS, fault

GATE = Language(min_letters=100)


@pytest.mark.parametrize("lang", PARAGRAPHS)
def test_a_text_in_its_language_passes_and_in_another_does_not(lang: str):
    other = "eng_Latn" if lang != "eng_Latn" else "deu_Latn"
    assert fault(GATE, PARAGRAPHS[lang], target_lang=lang) is None
    assert fault(GATE, PARAGRAPHS[lang], target_lang=other) == f"0.00, else {lang}"


@pytest.mark.parametrize("expected", ["nus_Latn", "kik_Latn", "und"])
def test_languages_that_cannot_be_known_pass(expected: str):
    assert fault(GATE, PARAGRAPHS["rus_Cyrl"], target_lang=expected) is None


def test_the_share_decides():
    catalan, german = (f"{PARAGRAPHS[lang]}\n" * 2 for lang in ("cat_Latn", "deu_Latn"))
    value = fault(GATE, catalan + german * 2, target_lang="cat_Latn")
    assert value is not None and value.endswith("else deu_Latn")
    assert 0.2 < float(value.split(",")[0]) < 0.4
    assert fault(Language(0.2, 100), catalan + german * 2, target_lang="cat_Latn") is None


def test_short_texts_and_code_are_not_judged():
    assert fault(Language(), "Guten Morgen.", target_lang="eng_Latn") is None
    code = "```\n" + PARAGRAPHS["deu_Latn"] + "\n```\n" + PARAGRAPHS["eng_Latn"]
    assert fault(GATE, code, target_lang="eng_Latn") is None


def test_the_same_language_in_another_script_is_another():
    assert fault(GATE, PARAGRAPHS["rus_Cyrl"], target_lang="rus_Latn")


def test_near_relatives_count_for_one_another():
    assert fault(GATE, PARAGRAPHS["cat_Latn"], target_lang="cat_Latn") is None
    danish = (
        "Museet åbner klokken ni om morgenen og lukker, når solen går ned. De besøgende kan lade "
        "deres tasker stå ved indgangen, hvor nogen passer på dem indtil aftenen."
    )
    assert fault(GATE, danish, target_lang="nob_Latn") is None


def test_parts_are_judged_instead_of_the_whole():
    parts = [("x", PARAGRAPHS["cat_Latn"])]
    assert fault(GATE, PARAGRAPHS["deu_Latn"], target_lang="cat_Latn", parts=parts) is None
