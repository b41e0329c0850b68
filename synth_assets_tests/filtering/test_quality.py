"""Each statistic by its published definition, on texts small enough to count by hand."""

import gzip
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.filtering import language_attribute, quality
from synth_assets.filtering.attribute import score
from synth_assets.profile import Profile, load_profile
from synth_assets_tests.filtering.raw import PROSE
from synth_assets_tests.filtering.reference import statistics


def score_all(texts: list[str | None]) -> pl.DataFrame:
    profile = load_profile().filtering
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return score(frame, [source.attribute(profile) for source in (language_attribute, quality)])


def measure(text: str) -> dict[str, Any]:
    return score_all([text]).row(0, named=True)


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
    assert found["gopher_duplicate_line_chars"] == 8 / len("aaaa\nbb\naaaa\ncc\n\naaaa\n\ncc dd")
    found = measure("a\nb\n\na\nb\n\ncccccc")
    assert found["gopher_duplicate_paragraphs"] == 1 / 3
    assert found["gopher_duplicate_paragraph_chars"] == 3 / len("a\nb\n\na\nb\n\ncccccc")


def test_top_ngrams_count_the_most_frequent_one() -> None:
    text = "ab cd x ab cd y ab cd z"
    found = measure(text)
    assert found["gopher_top_2grams"] == 3 * len("ab cd") / len(text)
    assert found["gopher_top_3grams"] == 0.0


def test_top_ngrams_that_overlap_cover_each_character_once() -> None:
    assert measure("ha ha ha ha ha")["gopher_top_2grams"] == 1.0


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
        ('One. Two! "Three?" Four', 4),  # what is unfinished counts too
        ("What?! Yes... No…", 3),
        ("Version 3.5 of example.org", 1),
        ("Known since long.[12] And more of it [3].", 2),
        ("Too short.\nMenu\nThree words here.", 1),  # C4 drops lines of less than three words
        ("We use cookies on it. Read on.\nJavaScript is great. Is it?\nOne line stays.", 1),
        ("x" * 1001 + " is too long.", 0),
        ("一つ。二つ！三つ？", 3),
        ("一つ。", 0),
        ("एक। दो। तीन", 3),
        ("کیا؟ ہاں۔ جی", 3),
        ("Մեկ։ Երկու։ Երեք", 3),
        ("", 0),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    assert measure(text)["c4_sentences"] == sentences


def test_thai_has_no_full_stop_to_count() -> None:
    assert measure("เมื่อวานตอนเย็นเราเดินเลียบแม่น้ำจนกระทั่งฝนเริ่มตก")["c4_sentences"] is None


def test_c4_marks() -> None:
    found = measure("Lorem Ipsum { }\nRead our Privacy Policy\nThis site uses cookies\nlast")
    assert (found["c4_lorem_ipsum"], found["c4_curly_brackets"]) == (1, 1)
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


PIECES = (
    *"ab \n\n\n.#…-•?{\t\r\u00a0", "é", "漢", "字", "\u0301", "ก", "ี", "١", "ß", "。", "\0", "😀",
    "the ", "The ", "and ", "of ", "one two three ", "```py\n", "## ", "... ", "use cookies ",
    "enable ", "JavaScript ", "lorem ipsum ", "x" * 400, "[1] ", '." ', "\u2028",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@settings(max_examples=250, deadline=None)
@given(TEXTS, st.sampled_from(["eng_Latn", "kor_Hang", "tha_Thai", "und"]), st.booleans())
def test_the_compiled_walk_is_the_definition(text: str, lang: str, clean: bool) -> None:
    frame = pl.DataFrame({"text": [text], "lang": [lang]})
    found = quality.measure(frame, clean_lines=clean).row(0, named=True)
    assert found == pytest.approx(statistics(text, lang, clean_lines=clean), nan_ok=False)


def test_real_pages_are_measured_as_defined(data_dir: Path) -> None:
    frame = pl.concat(
        pl.read_ndjson(gzip.decompress((data_dir / "corpora" / name).read_bytes())).head(40)
        for name in ("cncf-glossary.jsonl.gz", "debian-handbook.jsonl.gz", "fastapi-docs.jsonl.gz")
    ).with_columns(lang=pl.col("lang").replace_strict({"en": "eng_Latn"}, default="und"))
    found = quality.measure(frame).to_dicts()
    for row, text, lang in zip(found, frame["text"], frame["lang"], strict=True):
        assert row == pytest.approx(statistics(text, lang), nan_ok=False)


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_scores_do_not_depend_on_the_neighbours(texts: list[str]) -> None:
    frame = pl.DataFrame({"text": texts, "lang": "eng_Latn"}, schema=["text", "lang"])
    frame = frame.cast(pl.String)
    together = quality.measure(frame)
    assert together.schema == quality.COLUMNS
    assert together.height == len(texts)
    if texts:
        assert together.equals(pl.concat(quality.measure(one) for one in frame.iter_slices(1)))
    shares = together.select(pl.col("^gopher_(top|duplicate|words_with|bullet|ellipsis).*$"))
    assert all(0 <= value <= 1 for row in shares.rows() for value in row if value is not None)


def test_many_texts_at_once_and_null_ones() -> None:
    texts = ["one two three.", None, "", PROSE] * 600  # several threads
    found = quality.measure(pl.DataFrame({"text": texts, "lang": "eng_Latn"}))
    assert found.head(4).equals(found.tail(4))
    assert found["gopher_words"].to_list() == [3, 0, 0, 78] * 600


def test_lines_as_they_are(profile: Profile) -> None:
    text = "# A heading\nA sentence. \n \n \nAnother one."
    frame = pl.DataFrame({"text": [text], "lang": ["eng_Latn"]})
    clean, raw = (
        quality.measure(frame, clean_lines=flag).row(0, named=True) for flag in (True, False)
    )
    assert (clean["gopher_symbols_per_word"], raw["gopher_symbols_per_word"]) == (0, 1 / 6)
    assert (clean["fineweb_punctuated_lines"], raw["fineweb_punctuated_lines"]) == (2 / 3, 1 / 3)
    assert (clean["gopher_duplicate_lines"], raw["gopher_duplicate_lines"]) == (0, 1 / 5)
    assert raw["fineweb_duplicate_line_chars"] == 0
    changed = profile.filtering.model_copy(update={"clean_lines": False})
    assert quality.attribute(changed).version != quality.attribute(profile.filtering).version
