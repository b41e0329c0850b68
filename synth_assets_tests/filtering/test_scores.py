"""Each statistic by its published definition, on texts small enough to count by hand."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.filtering import scores
from synth_assets.filtering.scores import score
from synth_assets_tests.filtering.raw import PROSE


def measure(text: str) -> dict[str, Any]:
    return score(pl.DataFrame({"text": [text]})).row(0, named=True)


ENGLISH = "The words of this page have nothing to do with it"  # 11 words, to tell the language


def test_an_ordinary_page() -> None:
    found = measure(PROSE)
    assert found["lang"] == "eng_Latn"
    assert found["gopher_words"] == 78
    assert found["gopher_words_with_letters"] == 1.0
    assert found["gopher_stop_words"] == 6  # the to of and that with
    assert found["c4_sentences"] == 5
    zero = ["symbols_per_word", "bullet_lines", "ellipsis_lines", "duplicate_lines"]
    assert [found[f"gopher_{name}"] for name in zero] == [0.0] * 4


def test_mean_word_length_counts_code_points() -> None:
    assert measure("ab abcd")["gopher_mean_word_length"] == 3.0


@pytest.mark.parametrize(
    "text", ["昨日は雨が降りました。", "어제 저녁에 우리는 비가 오기 시작할 때까지 걸었다"]
)
def test_word_length_is_not_measured_where_words_are_not_spaced_apart(text: str) -> None:
    assert measure(text)["gopher_mean_word_length"] is None


def test_share_of_words_with_letters() -> None:
    assert measure("one 2 v3 4")["gopher_words_with_letters"] == 0.5


def test_symbols_are_the_more_frequent_of_hash_and_ellipsis() -> None:
    assert measure("a # b # c d")["gopher_symbols_per_word"] == 0.5
    assert measure("a... b c… d #")["gopher_symbols_per_word"] == 0.5


def test_marks_that_ingest_wrote_are_no_symbols_of_the_page() -> None:
    assert measure("# One two\n\n### three\n\nfour")["gopher_symbols_per_word"] == 0


def test_bullet_and_ellipsis_lines() -> None:
    found = measure("- one\n• two\n-3 degrees\n* four...\n\nfive…\n")
    assert found["gopher_bullet_lines"] == 3 / 5
    assert found["gopher_ellipsis_lines"] == 2 / 5


@pytest.mark.parametrize(
    ("text", "lang", "distinct"),
    [
        ("The cats and the dogs and the birds were playing outside.", "eng_Latn", 2),
        ("Els gossos i els gats jugaven al carrer amb una pilota vermella.", "cat_Latn", 5),
        ("Собаки и кошки играли на улице с красным мячом весь день.", "rus_Cyrl", 3),
        ("Ayer por la tarde caminamos junto al río hasta que empezó a llover.", "spa_Latn", 3),
    ],
)
def test_stop_words_of_the_language(text: str, lang: str, distinct: int) -> None:
    found = measure(text)
    assert (found["lang"], found["gopher_stop_words"]) == (lang, distinct)


def test_a_language_without_a_list_has_no_stop_words_to_count() -> None:
    assert (
        measure("昨日の夕方、雨が降り始めるまで川沿いを歩きました。")["gopher_stop_words"] is None
    )
    assert measure("x")["gopher_stop_words"] is None  # und


def test_duplicate_lines_and_paragraphs() -> None:
    found = measure("aaaa\nbb\naaaa\ncc\n\naaaa\n\ncc dd")
    assert found["gopher_duplicate_lines"] == 2 / 6
    assert found["gopher_duplicate_line_chars"] == 8 / (4 * 3 + 2 + 2 + 5)
    found = measure("a\nb\n\na\nb\n\ncccccc")
    assert found["gopher_duplicate_paragraphs"] == 1 / 3
    assert found["gopher_duplicate_paragraph_chars"] == 3 / 12


def test_top_ngrams_count_the_most_frequent_one() -> None:
    text = "ab cd x ab cd y ab cd z"
    found = measure(text)
    assert found["gopher_top_2grams"] == 3 * 4 / len(text)
    assert found["gopher_top_3grams"] == 0.0


def test_top_ngrams_of_one_word_do_not_overlap() -> None:
    assert measure("ha ha ha ha ha")["gopher_top_2grams"] == 8 / 14


def test_duplicate_ngrams_count_from_the_second_occurrence() -> None:
    once = "one two three four five six"
    assert measure(once)["gopher_duplicate_5grams"] == 0.0
    twice = f"{once} seven {once}"
    found = measure(twice)
    assert found["gopher_duplicate_5grams"] == len("onetwothreefourfive") / len(twice)
    assert found["gopher_duplicate_6grams"] == len("onetwothreefourfivesix") / len(twice)
    assert found["gopher_duplicate_7grams"] == 0.0


def test_ngrams_of_characters_are_three_times_as_long() -> None:
    phrase = "雨が降り始めるまで川沿いを歩きま"  # 16 characters: five words of three, and one more
    text = f"{phrase}。{phrase}"
    found = measure(text)
    assert found["gopher_duplicate_5grams"] == 15 / len(text)
    assert found["gopher_duplicate_6grams"] == 0.0


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ('One. Two! "Three?" Four', 3),
        ("What?! Yes... No…", 3),
        ("Version 3.5 of example.org", 0),
        ("一つ。二つ！三つ？", 3),
        ("एक। दो।", 2),
        ("کیا؟ ہاں۔", 2),
        ("Մեկ։ Երկու։", 2),
        ("", 0),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    assert measure(text)["c4_sentences"] == sentences


def test_thai_has_no_full_stop_to_count() -> None:
    assert measure("เมื่อวานตอนเย็นเราเดินเลียบแม่น้ำจนกระทั่งฝนเริ่มตก")["c4_sentences"] is None


def test_c4_marks() -> None:
    found = measure("Lorem Ipsum { }\nRead our Privacy Policy\nThis site uses cookies\nlast")
    assert (found["c4_lorem_ipsum"], found["c4_curly_brackets"]) == (1, 2)
    assert found["c4_policy_lines"] == 0.5


def test_writing_about_javascript_is_no_warning() -> None:
    text = (
        "Please enable JavaScript to go on\nJavaScript is disabled\nA JavaScript array\nMore of it"
    )
    assert measure(text)["c4_policy_lines"] == 0.5


def test_one_line_of_a_megabyte() -> None:
    found = measure(f"{ENGLISH}. " * 20_000)
    assert found["gopher_words"] == 220_000
    assert found["gopher_duplicate_10grams"] > 0.7
    assert found["c4_sentences"] == 20_000


def test_right_to_left_text() -> None:
    found = measure("مشينا مساء أمس على ضفة النهر. حتى بدأ المطر يهطل بغزارة؟ ثم عدنا إلى البيت.")
    assert (found["lang"], found["gopher_words"], found["c4_sentences"]) == ("arb_Arab", 15, 3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("ab \n.#…-漢้́\0١"), max_size=60), max_size=6))
def test_scores_do_not_depend_on_the_neighbours(texts: list[str]) -> None:
    together = score(pl.DataFrame({"text": texts}, schema={"text": pl.String}))
    alone = [score(pl.DataFrame({"text": [text]})) for text in texts]
    assert together.height == len(texts)
    if alone:
        assert together.equals(pl.concat(alone))
    for name, kind in scores.COLUMNS.items():
        assert together.schema[name] == kind
    shares = together.select(pl.col("^gopher_(top|duplicate|words_with|bullet|ellipsis).*$"))
    assert all(0 <= value <= 1 for row in shares.rows() for value in row if value is not None)


def test_slices_cover_the_frame_in_order() -> None:
    frame = pl.DataFrame({"text": ["a" * 3_000_000] * 5 + ["b", None]})
    pieces = list(scores.slices(frame))
    assert len(pieces) > 1
    assert pl.concat(pieces).equals(frame)
    assert list(scores.slices(frame.clear())) == []
