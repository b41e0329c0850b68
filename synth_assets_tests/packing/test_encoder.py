"""tiktoken beside tokenizers: the same ids, or not used."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.bundled import FOLDER
from synth_assets.packing.encoder import HARD_CASES, Encoder

DATA = (FOLDER / "tokenizer" / "tokenizer.json").read_bytes()


def encoder(data: bytes = DATA) -> Encoder:
    import tokenizers

    raw = tokenizers.Tokenizer.from_buffer(data)
    raw.encode_special_tokens = True
    return Encoder(raw, data)


SHARED = encoder()


def by_tokenizers(made: Encoder, texts: list[str]) -> list[list[int]]:
    return [item.ids for item in made.raw.encode_batch_fast(texts, add_special_tokens=False)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_the_ids_are_those_of_tokenizers(texts):
    assert [ids.tolist() for ids in SHARED.encode(texts)] == by_tokenizers(SHARED, texts)
    assert SHARED.is_fast


def test_many_texts_come_back_in_order_from_all_cores():
    texts = [f"Text number {number}: naïve café 東京." for number in range(1_000)]
    assert [ids.tolist() for ids in SHARED.encode(texts)] == by_tokenizers(SHARED, texts)


def test_a_pattern_of_its_own_is_taken_over():
    settings = json.loads(DATA)
    settings["pre_tokenizer"] = {
        "type": "Sequence",
        "pretokenizers": [
            {
                "type": "Split",
                "pattern": {"Regex": r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"},
                "behavior": "Isolated",
                "invert": False,
            },
            {
                "type": "ByteLevel",
                "add_prefix_space": False,
                "use_regex": False,
                "trim_offsets": True,
            },
        ],
    }
    made = encoder(json.dumps(settings).encode())
    assert [ids.tolist() for ids in made.encode(HARD_CASES)] == by_tokenizers(made, [*HARD_CASES])
    assert made.is_fast


OTHERS = {
    "normalizer": {"normalizer": {"type": "NFKC"}},
    "prefix space": {
        "pre_tokenizer": {
            "type": "ByteLevel",
            "add_prefix_space": True,
            "use_regex": True,
            "trim_offsets": True,
        }
    },
    "splitter": {"pre_tokenizer": {"type": "Whitespace"}},
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_what_tiktoken_cannot_do_is_left_to_tokenizers(change):
    made = encoder(json.dumps(json.loads(DATA) | change).encode())
    assert [ids.tolist() for ids in made.encode(["ﬁn  de siècle"])] == by_tokenizers(
        made, ["ﬁn  de siècle"]
    )
    assert not made.is_fast


def test_ids_that_differ_on_the_sample_rule_tiktoken_out():
    # a token of several merges: tiktoken takes the earliest for it, tokenizers this very pair
    settings = json.loads(DATA)
    merges = settings["model"]["merges"]
    settings["model"]["merges"] = [*reversed(merges[:2000]), *merges[2000:]]
    data = json.dumps(settings).encode()
    import tokenizers

    other = Encoder(tokenizers.Tokenizer.from_buffer(DATA), data)
    texts = ["the printer and the document are here"]
    assert [ids.tolist() for ids in other.encode(texts)] == by_tokenizers(other, texts)
    assert not other.is_fast


def test_no_texts_give_no_ids():
    assert SHARED.encode([]) == []
