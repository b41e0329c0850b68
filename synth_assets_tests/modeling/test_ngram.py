"""The model against the readable one; its file; what it says of texts."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.errors import InputError
from synth_assets.modeling.model_file import load_model, save_model
from synth_assets.modeling.ngram import NgramModel
from synth_assets.modeling.scoring import perplexities, score_tokens
from synth_assets.modeling.training import HELD_OUT, Training, train
from synth_assets.modeling.vocabulary import BEGIN, END, MARKS, UNKNOWN, Split
from synth_assets_tests.modeling.plain import TOKEN, PlainModel, sentences

WORDS = ("a", "b", "cat", "sat", ",")
LINES = st.lists(st.sampled_from(WORDS), min_size=0, max_size=9).map(" ".join)
TEXTS = st.lists(st.lists(LINES, min_size=1, max_size=4).map("\n".join), min_size=1, max_size=8)
STORY = (
    "the cat sat on the mat , and the dog sat on the cat .\nthe mat was red .\n\nthe dog was not"
)


def trained(texts: Sequence[str], order: int = 3, least: int = 1, words: int = 100) -> NgramModel:
    settings = Training(order, (least,) * order, max_words=words)
    return train(lambda: iter([pl.Series(texts, dtype=pl.String)]), settings)


def known(model: NgramModel) -> set[str]:
    return {model.vocabulary.word(n) for n in range(len(MARKS), len(model.vocabulary))}


@settings(max_examples=60, deadline=None)
@given(TEXTS.filter(lambda texts: TOKEN.search(" ".join(texts))), st.integers(1, 2))
def test_every_probability_is_that_of_the_plain_model(texts: list[str], least: int) -> None:
    model = trained(texts, least=least)
    plain = PlainModel(sentences(texts, known(model)), known(model), 3, least)
    numbers = {model.vocabulary.word(n): n for n in range(len(model.vocabulary))}
    for line in sentences(texts, known(model)):
        context = model.start()
        for at in range(1, len(line)):
            found = model.scores_after(context)
            before = line[max(0, at - 2) : at]
            expected = [plain.probability(before, one) for one in plain.words]
            given_ = [10 ** found[numbers[one]] for one in plain.words]
            assert given_ == pytest.approx(expected, rel=1e-4)
            assert sum(given_) == pytest.approx(1, abs=1e-5)
            context = model.context_of([numbers[one] for one in line[1 : at + 1]])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 7), max_size=6), st.integers(2, 5), st.integers(1, 2))
def test_after_any_words_probabilities_sum_to_one(words: list[int], order: int, least: int) -> None:
    model = trained([STORY], order, least)
    found = 10 ** model.scores_after(model.context_of(words))
    assert found[BEGIN] == pytest.approx(0, abs=1e-9)
    assert found.sum() == pytest.approx(1, abs=1e-5)


def test_the_perplexity_is_the_mean_over_tokens_and_line_ends() -> None:
    model = trained([STORY])
    text = "the cat sat .\n\n  the unicorn"
    scores = score_tokens(model, text)
    shown = [text.encode()[a:b].decode() for a, b in zip(scores.starts, scores.stops, strict=True)]
    assert shown == ["the", "cat", "sat", ".", "", "the", "unicorn", ""]
    assert scores.words[[4, 6, 7]].tolist() == [END, UNKNOWN, END]
    (found, nothing) = perplexities(model, pl.Series([text, " \n "]))
    assert found == pytest.approx(10 ** -scores.scores.mean()) and math.isnan(nothing)


def test_rare_words_are_unknown_and_the_most_frequent_are_kept() -> None:
    model = trained(["b b b a a a c c d"], words=2)
    assert [model.vocabulary.word(n) for n in range(3, 5)] in (["a", "b"], ["b", "a"])
    assert known(trained(["b b b a c c"], least=2)) == {"b", "c"}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("don't stop", ["don", "'", "t", "stop"]),
        ("東京 is", ["東", "京", "is"]),
        ("कृपया", ["कृपया"]),
        ("กำ a1_b", ["ก", "ำ", "a1_b"]),
        ("…!?", ["…", "!", "?"]),
    ],
)
def test_tokens_are_words_letters_of_unspaced_scripts_and_signs(text, tokens) -> None:
    split = Split.of(pl.Series([text]))
    data = text.encode()
    found = [data[a:b].decode() for a, b in zip(split.starts, split.stops, strict=True)]
    assert found[:-1] == tokens


def test_the_file_has_the_same_bytes_and_gives_the_same_model(tmp_path: Path) -> None:
    for name in ("one", "two"):
        save_model(tmp_path / name, trained([STORY], 4))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    read, made = load_model(tmp_path / "one"), trained([STORY], 4)
    texts = pl.Series([STORY, "the red dog"])
    assert perplexities(read, texts).tolist() == perplexities(made, texts).tolist()
    assert (read.sizes, read.notes, known(read)) == (made.sizes, made.notes, known(made))


def test_a_torn_or_foreign_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    save_model(tmp_path / "whole", trained([STORY]))
    data = (tmp_path / "whole").read_bytes()
    (tmp_path / "torn").write_bytes(data[:-100])
    (tmp_path / "kenlm.bin").write_bytes(b"mmap lm http://kheafield.com/code format version 5\n\0")
    with pytest.raises(InputError, match="torn"):
        load_model(tmp_path / "torn")
    with pytest.raises(InputError, match="package kenlm"):
        load_model(tmp_path / "kenlm.bin")
    with pytest.raises(InputError, match="there are none"):
        trained([" ", ""])


def test_some_texts_are_held_out_and_say_what_is_usual() -> None:
    texts = [f"the cat {n} sat on the mat ." for n in range(2 * HELD_OUT)]
    notes = trained(texts).notes
    assert (notes["texts"], notes["held_out"], notes["texts_left_out"]) == (98, 2, 0)
    assert len(notes["perplexities"]) == len(notes["scores"]) == 99
    assert np.all(np.diff(notes["scores"]) >= 0)


def test_training_stops_at_its_limit_of_tokens() -> None:
    frames = [pl.Series(["a b c d"] * 10), pl.Series(["x y"] * 7)]
    model = train(lambda: iter(frames), Training(2, (1, 1), max_tokens=20))
    assert known(model) == set("abcd") and model.notes["texts_left_out"] == 7
