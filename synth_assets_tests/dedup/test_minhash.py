"""Signatures are those of datasketch, so that its indexes can be queried with them."""

import numpy as np
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.dedup.minhash import SHINGLES_AT_ONCE, MinHasher, shingle_hash
from synth_assets.dedup.shingles import shingles
from synth_assets_tests.dedup.corpora import essay

HASHER = MinHasher(ngram=5, bands=14, rows=8, seed=1)


def datasketch_of(text: str, hasher: MinHasher = HASHER) -> MinHash:
    sketch = MinHash(num_perm=hasher.num_perm, seed=hasher.seed, hashfunc=shingle_hash)
    sketch.update_batch(shingle.encode() for shingle in shingles(text, hasher.ngram))
    return sketch


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300), st.integers(1, 7))
def test_signatures_are_datasketchs_for_any_text(text: str, ngram: int) -> None:
    hasher = MinHasher(ngram=ngram, bands=4, rows=3, seed=7)
    signature, count = hasher.signature(text)
    assert signature.dtype == np.uint32
    assert np.array_equal(signature, datasketch_of(text, hasher).hashvalues)
    assert count == len(shingles(text, ngram))


def test_signatures_are_datasketchs_beyond_one_block() -> None:
    text = " ".join(essay("long", SHINGLES_AT_ONCE))
    signature, count = HASHER.signature(text)
    assert count > SHINGLES_AT_ONCE
    assert np.array_equal(signature, datasketch_of(text).hashvalues)


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
    assert bands.shape == (2, 14)
    assert (bands[0] == bands[1]).tolist() == [band != 1 for band in range(14)]


def test_equal_rows_in_different_bands_are_no_match() -> None:
    table = np.ones((1, 112), dtype=np.uint32)
    assert len(set(HASHER.band_hashes(table)[0].tolist())) == 14


def test_another_seed_gives_another_signature() -> None:
    text = " ".join(essay("river"))
    other = MinHasher(ngram=5, bands=14, rows=8, seed=2)
    assert not np.array_equal(HASHER.signature(text)[0], other.signature(text)[0])


def test_a_text_without_words_has_no_shingles() -> None:
    signature, count = HASHER.signature(" .. ! ")
    assert count == 0
    assert (signature == np.iinfo(np.uint32).max).all()
