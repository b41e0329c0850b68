"""The bundled model of n-grams, as it is stored and as it scores."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.filtering import language_ngrams
from synth_assets.filtering.language_ngrams import (
    BITS,
    ORDERS,
    NgramModel,
    load_model,
    ngram_hashes,
    save_model,
)
from synth_assets.filtering.language_sample import (
    SAMPLE_CHARS,
    WINDOW_CHARS,
    WINDOWS,
    as_text,
    clean_codes,
    sample,
    sample_codes,
)


@pytest.mark.parametrize("text", ["", "a", "abc", "ọjọ́ kan", "ተማሃሮ ኩሉ", "x" * 500])
def test_every_ngram_has_one_hash(text: str) -> None:
    characters = len(text.replace("\u0301", "")) + 2
    count = sum(max(0, characters - order + 1) for order in ORDERS)
    hashes = ngram_hashes(clean_codes(text))
    assert len(hashes) == (count if characters >= ORDERS[-1] else 0)
    assert all(0 <= one < 1 << BITS for one in hashes)


def ngrams(text: str) -> list[int]:
    return ngram_hashes(clean_codes(text)).tolist()


@settings(deadline=None)
@given(st.text(st.sampled_from("aàbcdeéo ụọ'ተማ"), max_size=200))
def test_scores_are_sums_of_the_stored_weights(text: str) -> None:
    model, hashes = load_model(), ngrams(text)
    expected = np.zeros(len(model.labels))
    for ngram in hashes:
        entries = slice(model.starts[ngram], model.starts[ngram + 1])
        expected[model.owners[entries]] += model.weights[entries]
    scores, count = model.scores(clean_codes(text))
    assert count == len(hashes)
    assert np.allclose(scores, expected * model.step / max(1, count))


def test_tones_written_as_marks_count_for_nothing() -> None:
    assert ngrams("ọjọ\u0301 kan") == ngrams("ọjọ kan")


def test_a_model_is_stored_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starts = np.zeros((1 << BITS) + 1, dtype=np.int32)
    starts[6:] = 2
    starts[1 << BITS :] = 3
    owners, weights = np.array([0, 1, 1], np.uint16), np.array([9, 255, 1], np.uint8)
    model = NgramModel(("cat_Latn", "deu_Latn"), starts, owners, weights, 0.5)
    save_model(tmp_path / "udhr.npz", model)
    monkeypatch.setattr(language_ngrams, "files", lambda _: tmp_path)
    monkeypatch.setattr(language_ngrams, "MODEL", "udhr.npz")
    read = load_model.__wrapped__()
    assert (read.labels, read.step) == (model.labels, model.step)
    for name in ("starts", "owners", "weights"):
        assert np.array_equal(getattr(read, name), getattr(model, name))


def test_scores_are_means_over_the_ngrams() -> None:
    model = load_model()
    text = sample_codes("Gidan kayan tarihi yana buɗewa da ƙarfe tara na safe kuma yana rufewa.")
    scores, count = model.scores(text)
    twice, _ = model.scores(sample_codes(f"{as_text(text)} {as_text(text)}"))
    assert model.labels[int(scores.argmax())] == "hau_Latn"
    assert count == len(ngram_hashes(text))
    assert np.abs(twice - scores).max() < 0.05
    assert model.scores(sample_codes(""))[0].max() == 0


def test_the_sample_is_bounded_and_free_of_code() -> None:
    assert len(sample("á" * 9000)) == WINDOWS * (WINDOW_CHARS + 1) - 1
    assert sample("a" * SAMPLE_CHARS + "b") == sample("a" * SAMPLE_CHARS)
    assert sample("Només <i>aixó</i>, `no` 42") == "només aixó"
