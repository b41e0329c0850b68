"""Signatures are those of datasketch, so that its indexes can be queried with them."""

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.dedup.kernel import BLOCK
from synth_assets.dedup.minhash import MinHasher, shingle_hash, shingle_hash64
from synth_assets.dedup.shingles import shingles
from synth_assets.text.columns import Texts, in_parallel
from synth_assets_tests.dedup.corpora import essay

HASHER = MinHasher(ngram=5, bands=14, rows=8, seed=1)

ODD = "aB \u0130\u03a3\u03c3\u03c2\u212a\u00df\u0e22\u0e19\u732b\u3042\u0939\u093f\u200d\u0307_9.\n"
"""Letters whose case, class or length in bytes is special."""

TEXTS = st.lists(
    st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(ODD)), max_size=200), max_size=4
)


def datasketch_of(text: str, hasher: MinHasher = HASHER) -> MinHash:
    sketch = MinHash(num_perm=hasher.num_perm, seed=hasher.seed, hashfunc=shingle_hash)
    sketch.update_batch(shingle.encode() for shingle in shingles(text, hasher.ngram))
    return sketch


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(1, 7), st.sampled_from([pa.string(), pa.large_string()]))
def test_signatures_and_sets_are_those_of_the_definition_for_any_text(
    texts: list[str], ngram: int, kind: pa.DataType
) -> None:
    hasher = MinHasher(ngram=ngram, bands=4, rows=3, seed=7)
    column = Texts.of(pa.array(texts, kind))
    minima, counts = hasher.signatures(column)
    assert minima.dtype == np.uint32
    hashes, starts, sizes = hasher.shingle_sets(column, counts)
    for at, text in enumerate(texts):
        expected = shingles(text, ngram)
        assert np.array_equal(minima[at], datasketch_of(text, hasher).hashvalues)
        found = hashes[starts[at] : starts[at] + sizes[at]].tolist()
        assert sorted(found) == sorted(map(shingle_hash64, expected))
        assert counts[at] >= len(expected)


@pytest.mark.parametrize("piece", ["long words here {} ", "日本語で{}す。", "\u0130{} "])
def test_texts_of_many_blocks_are_hashed_as_short_ones(piece: str) -> None:
    text = "".join(piece.format(number % 3001) for number in range(2 * BLOCK))
    signature, count = HASHER.signature(text)
    assert count > BLOCK
    assert np.array_equal(signature, datasketch_of(text).hashvalues)


@pytest.mark.parametrize("units", range(BLOCK - 2, BLOCK + 7))
def test_the_edge_of_a_block_loses_no_shingle(units: int) -> None:
    text = " ".join(map(str, range(units)))
    column = Texts.of(pa.array([text]))
    _, counts = HASHER.signatures(column)
    assert counts[0] == HASHER.shingle_sets(column, counts)[2][0] == units - 4


def test_slices_and_chunks_of_a_column_are_read_where_they_lie() -> None:
    texts = [" ".join(essay(topic)) for topic in ("river", "hill", "coast", "plain")]
    chunked = pa.chunked_array([texts[:1], texts[1:]])
    expected = [HASHER.signature(text)[0].tolist() for text in texts]
    assert HASHER.signatures(Texts.of(chunked))[0].tolist() == expected
    assert HASHER.signatures(Texts.of(pa.array(texts)[1:3]))[0].tolist() == expected[1:3]


def test_threads_give_what_one_gives() -> None:
    texts = [f"text number {number} " * 9 for number in range(2000)]
    whole, _ = HASHER.signatures(Texts.of(pa.array(texts)))
    assert whole[::400].tolist() == [HASHER.signature(text)[0].tolist() for text in texts[::400]]


def test_an_error_in_a_thread_is_raised() -> None:
    def fail(first: int, last: int) -> None:
        raise ValueError(first)

    with pytest.raises(ValueError, match="0"):
        in_parallel(fail, 10_000)


def test_an_lsh_index_of_datasketch_finds_a_stored_signature() -> None:
    lines = essay("river")
    signature, _ = HASHER.signature(" ".join(lines))
    stored = MinHash(hashvalues=signature, seed=1, scheme="affine32", hashfunc=shingle_hash)
    index = MinHashLSH(num_perm=112, params=(14, 8))
    index.insert("river", stored)
    assert index.query(datasketch_of(" ".join([*lines, "one more line"]))) == ["river"]
    assert index.query(datasketch_of(" ".join(essay("hill")))) == []


def test_bands_are_equal_exactly_where_their_rows_are() -> None:
    first, _ = HASHER.signature(" ".join(essay("river")))
    second = first.copy()
    second[8:16] += 1
    bands = HASHER.band_hashes(np.array([first, second]))
    assert bands.shape == (14, 2)
    assert (bands[:, 0] == bands[:, 1]).tolist() == [band != 1 for band in range(14)]


def test_equal_rows_in_different_bands_are_no_match() -> None:
    table = np.ones((1, 112), dtype=np.uint32)
    assert len(set(HASHER.band_hashes(table)[:, 0].tolist())) == 14


def test_another_seed_gives_another_signature() -> None:
    text = " ".join(essay("river"))
    other = MinHasher(ngram=5, bands=14, rows=8, seed=2)
    assert not np.array_equal(HASHER.signature(text)[0], other.signature(text)[0])


def test_a_text_without_words_has_no_shingles() -> None:
    signature, count = HASHER.signature(" .. ! ")
    assert count == 0
    assert (signature == np.iinfo(np.uint32).max).all()
