"""The tokenizer behind packing: counts, ids, end of text, and its errors."""

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.bundled import FOLDER
from synth_assets.errors import ProfileError
from synth_assets.packing.tokenizer import load_tokenizer, token_counter
from synth_assets.packing.version import tokenizer_version

BUNDLED = "bundled:tokenizer"


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(FOLDER / "tokenizer", tmp_path / "tokenizer")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=4))
def test_texts_come_back_and_counts_agree(texts):
    tokenizer = load_tokenizer(BUNDLED)
    encoded = tokenizer.encode(texts)
    assert [tokenizer.decode(ids) for ids in encoded] == texts
    assert token_counter(BUNDLED)(texts) == [len(ids) for ids in encoded]
    assert all(0 <= token < tokenizer.vocab_size for ids in encoded for token in ids)


def test_bundled_tokenizer():
    tokenizer = load_tokenizer(BUNDLED)
    assert (tokenizer.eos_token, tokenizer.eos_id, tokenizer.vocab_size) == (
        "<|endoftext|>",
        0,
        8192,
    )
    assert load_tokenizer(BUNDLED) is tokenizer


def test_a_text_that_spells_the_end_of_text_does_not_end():
    tokenizer = load_tokenizer(BUNDLED)
    (ids,) = tokenizer.encode(["a <|endoftext|> b"])
    assert tokenizer.eos_id not in ids


def test_transformers_reads_it_the_same_way():
    from transformers import AutoTokenizer

    other = AutoTokenizer.from_pretrained(FOLDER / "tokenizer")
    text = "Click the Print File Directly icon.\n\n- així és"
    assert other(text).input_ids == load_tokenizer(BUNDLED).encode([text])[0].tolist()
    assert other.eos_token_id == 0


def test_digest_follows_the_files(copy):
    first = load_tokenizer(str(copy))
    assert first.digest == load_tokenizer(BUNDLED).digest
    before = tokenizer_version(str(copy))
    (copy / "tokenizer_config.json").write_text('{"eos_token": {"content": "the"}}')
    load_tokenizer.cache_clear()
    assert load_tokenizer(str(copy)).digest != first.digest
    assert tokenizer_version(str(copy)) != before


def test_no_end_of_text_is_one_sentence(copy):
    (copy / "tokenizer_config.json").unlink()
    assert token_counter(str(copy))(["", "still counts"])[0] == 0
    with pytest.raises(ProfileError, match=r"no end-of-text token \(it names none\)"):
        load_tokenizer(str(copy))
    (copy / "tokenizer_config.json").write_text('{"eos_token": "</s>"}')
    with pytest.raises(ProfileError, match=r"its eos_token '</s>' is not in its vocabulary"):
        load_tokenizer(str(copy))


def test_missing_and_broken_tokenizers_are_one_sentence(copy, monkeypatch):
    with pytest.raises(ProfileError, match="bundled:nothing does not exist"):
        token_counter("bundled:nothing")
    (copy / "tokenizer.json").write_text("{")
    with pytest.raises(ProfileError, match="is not a Hugging Face tokenizer"):
        token_counter(str(copy))
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ProfileError, match=r"has no tokenizer\.json"):
        token_counter(str(copy))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ProfileError, match="cannot be fetched from the hub"):
        token_counter("nobody/nothing-here")
