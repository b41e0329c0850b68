from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import InputError
from synth_assets.translation.lexicon import Lexicon, load, missed, occurs


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "lexicon.tsv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def of(rows: list[list[str]], languages: tuple[str, ...] = ("eng_Latn", "cat_Latn")) -> Lexicon:
    return Lexicon(languages, rows, languages[0])


def test_the_longest_term_is_found_in_any_case_and_only_as_whole_words() -> None:
    lexicon = of([["file", "fitxer"], ["file system", "sistema de fitxers"]])
    text = "The File  System keeps a file, and a profile."

    assert [found.term for found in lexicon.find(text)] == ["File  System", "file"]
    assert all(text[one.start : one.end] == one.term for one in lexicon.find(text))
    assert lexicon.required(text, "cat_Latn") == {
        "File  System": "sistema de fitxers",
        "file": "fitxer",
    }


def test_scripts_without_spaces_are_searched_by_character() -> None:
    lexicon = of([["文件", "file"]], ("zho_Hans", "eng_Latn"))

    assert [found.start for found in lexicon.find("打开文件。文件夹")] == [2, 5]
    assert occurs("文件", "打开文件", "zho_Hans")


def test_what_a_translation_lacks_is_missed() -> None:
    required = {"file": "fitxer", "menu": "menú"}

    assert missed(required, "Obriu el Fitxer.", "cat_Latn") == {"menu": "menú"}
    assert missed(required, "Els fitxers i els menús", "cat_Latn") == required


def test_a_dictionary_may_have_several_translations_of_a_word(tmp_path: Path) -> None:
    path = written(tmp_path, "en\tcat_Latn\tspa\nkey\tclau\tllave\nkey\ttecla\ttecla\n")
    lexicon = load(path, "eng_Latn", "cat_Latn")
    (found,) = lexicon.find("Press the key.")

    assert lexicon.translations(found, "cat_Latn") == ["clau", "tecla"]
    assert lexicon.languages == ("eng_Latn", "cat_Latn", "spa_Latn")


FAULTS = {
    "": "is empty",
    "eng_Latn\tfra_Latn\nfile\tfichier\n": "is a lexicon of eng_Latn, fra_Latn and has no cat_Latn",
    "file\tfitxer\n": "'file' is no language",
    "en\tca\nfile\t\n": "line 2: the term in cat_Latn is empty",
    "en\tca\nfile\n": "line 2: 1 columns, and the first line names 2 languages",
    "en\tca\nfile\tfitxer\nFile\tarxiu\n": "has the term 'File' twice",
}


@pytest.mark.parametrize(("text", "message"), FAULTS.items())
def test_faults_are_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load(written(tmp_path, text), "eng_Latn", "cat_Latn", one_each=True)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone.tsv cannot be read: No such file"):
        load(str(tmp_path / "gone.tsv"), "eng_Latn", "cat_Latn")


@given(st.lists(st.sampled_from(["open", "the", "file", "menu", "bar", ",", "\n"]), max_size=12))
def test_found_terms_never_overlap_and_stand_in_the_text(words: list[str]) -> None:
    lexicon = of([["file menu", "x"], ["menu bar", "y"], ["menu", "z"], ["open", "w"]])
    text = " ".join(words)
    found = list(lexicon.find(text))

    assert all(text[one.start : one.end] == one.term for one in found)
    assert all(one.end <= after.start for one, after in pairwise(found))
