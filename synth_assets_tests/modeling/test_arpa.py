"""ARPA files, read: the same answers as the model that they were written from."""

import gzip
from pathlib import Path

import fsspec
import numpy as np
import polars as pl
import pytest

from synth_assets.errors import InputError
from synth_assets.home import Home
from synth_assets.modeling.loading import open_model
from synth_assets.modeling.ngram import NgramModel
from synth_assets.modeling.scoring import perplexities
from synth_assets_tests.modeling.test_ngram import STORY, trained

TEXTS = pl.Series([STORY, "the red dog sat\nthe unicorn .", "cat", "not the dog the"])

BY_HAND = """\\data\\
ngram 1=4
ngram 2=2

\\1-grams:
-99\t<s>\t-0.5
-1.0\t</s>
-2.0\t<unk>
-0.25\tword\t-0.125

\\2-grams:
-0.1\t<s> word
-0.2\tword word

\\end\\
"""


def as_arpa(model: NgramModel) -> str:
    """Every n-gram in full."""
    trie, inner = model.trie, len(model.trie.backoffs)
    words = [[n] for n in range(model.sizes[0])]
    for place in range(inner):
        for child in range(trie.starts[place], trie.starts[place + 1]):
            words.append([*words[place], int(trie.words[child])])
    lines = ["\\data\\", *(f"ngram {n}={size}" for n, size in enumerate(model.sizes, start=1))]
    for place, numbers in enumerate(words):
        if place in np.cumsum([0, *model.sizes]):
            lines += ["", f"\\{len(numbers)}-grams:"]
        gram = " ".join(model.vocabulary.word(n) for n in numbers)
        backoff = f"\t{trie.backoffs[place]!s}" if place < inner else ""
        lines.append(f"{trie.scores[place]!s}\t{gram}{backoff}")
    return "\n".join([*lines, "", "\\end\\", ""])


@pytest.mark.parametrize("order", [2, 4])
def test_a_model_written_as_arpa_gives_the_same_perplexities(order: int, tmp_path: Path) -> None:
    model = trained([STORY], order)
    path = tmp_path / "story.arpa.gz"
    path.write_bytes(gzip.compress(as_arpa(model).encode()))
    read = open_model(str(path))
    assert read.sizes == model.sizes
    assert perplexities(read, TEXTS) == pytest.approx(perplexities(model, TEXTS), rel=1e-5)


def test_scores_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "hand.arpa"
    path.write_text(BY_HAND)
    # <s> word word unicorn </s>: -0.1, -0.2, backoff of word and <unk>, </s> without backoff
    total = -0.1 - 0.2 + (-0.125 - 2.0) - 1.0
    found = perplexities(open_model(str(path)), pl.Series(["word word unicorn"]))
    assert found[0] == pytest.approx(10 ** (-total / 4), rel=1e-5)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ngram 2=2", "ngram 2=3", "torn: it has 2 n-grams where it says 3"),
        ("ngram 2=2\n", "", "has 1 orders"),
        ("-0.1\t", "x\t", "cannot be read as an ARPA file"),
    ],
)
def test_a_file_that_is_not_sound_is_refused(old, new, said, tmp_path: Path) -> None:
    path = tmp_path / "bad.arpa"
    path.write_text(BY_HAND.replace(old, new))
    with pytest.raises(InputError, match=said):
        open_model(str(path))


def test_an_ngram_without_its_prefix_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.arpa"
    text = BY_HAND.replace("\n\\end\\\n", "\n\\3-grams:\n-0.1\tword <s> word\n\n\\end\\\n")
    path.write_text(text.replace("ngram 2=2", "ngram 2=2\nngram 3=1"))
    with pytest.raises(InputError, match="'word <s> word' and not 'word <s>'"):
        open_model(str(path))


def test_a_model_elsewhere_is_copied_once(home: Home) -> None:
    filesystem = fsspec.filesystem("memory")
    filesystem.pipe_file("/models/hand.arpa", BY_HAND.encode())
    first = open_model("memory://models/hand.arpa", "1")
    filesystem.rm_file("/models/hand.arpa")
    open_model.cache_clear()
    assert open_model("memory://models/hand.arpa", "1").sizes == first.sizes
    assert [path.suffix for path in (home.path / "reference_lm").iterdir()] == [".arpa"]
