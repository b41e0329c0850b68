"""The n-grams that texts are compared by."""

from synth_assets.dedup.shingles import shingles, units


def test_words_are_lower_cased_runs_of_word_characters() -> None:
    assert units("Naïve CAFÉ: 3.5 km_h!") == ["naïve", "café", "3", "5", "km_h"]


def test_ngrams_of_words() -> None:
    assert shingles("a b c a b c", 3) == {"a b c", "b c a", "c a b"}


def test_a_text_shorter_than_a_shingle_is_one_shingle() -> None:
    assert shingles("Two words", 5) == {"two words"}


def test_a_text_without_words_has_none() -> None:
    assert shingles(" - ! ", 5) == set()


def test_scripts_without_spaces_are_cut_into_characters() -> None:
    assert shingles("日本語です。", 3) == {"日 本 語", "本 語 で", "語 で す"}
    assert len(units("ไม่เป็นไร")) == 9


def test_a_foreign_word_does_not_change_how_a_text_is_cut() -> None:
    assert units("the word 猫 means cat") == ["the", "word", "猫", "means", "cat"]
    assert "日" in units("日本語のテキストにはPythonもあります")


def test_vowel_signs_and_joiners_stay_inside_their_word() -> None:
    assert units("हिन्दी में, ক্ষমতা") == ["हिन्दी", "में", "ক্ষমতা"]
    assert units("می‌خواهم") == ["می‌خواهم"]
    assert units("cafe\u0301s") == ["cafe\u0301s"]
    assert units("warm \u2600\ufe0f day") == ["warm", "day"]


def test_upper_case_greek_is_what_it_is_in_lower_case() -> None:
    """Python writes a final sigma by its neighbours; a word must not depend on what follows."""
    assert units("ΟΔΟΣ ΣΟΦΟΣ.") == units("οδος σοφος") == ["οδοσ", "σοφοσ"]
