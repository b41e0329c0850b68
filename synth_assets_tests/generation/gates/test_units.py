"""What gates count in."""

import unicodedata

import regex as re
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.generation.gates.units import has_words, length, units
from synth_assets_tests.filtering import reference

KNOWN = st.characters(
    exclude_categories=["Cs", "Cn"], exclude_characters=["\x00"], max_codepoint=0x2FFFF
)
LIVELY = st.text(st.one_of(KNOWN, st.sampled_from("aé ,'-_3漢字かなไทยम्क\u0301\u200d\n")))


@given(LIVELY)
def test_words_are_those_of_the_filter(text: str):
    words = reference.WORD.findall(text.casefold())
    assert list(units(text).words) == words
    unspaced = [word for word in words if re.match(reference.UNSPACED, word, re.V1)]
    assert units(text).n_unspaced == len(unspaced)


@given(LIVELY)
def test_a_text_has_words_or_has_not(text: str):
    assert has_words(text) == bool(units(text).words)


def test_letters_of_unspaced_scripts_are_words_of_a_third():
    assert units("日本語 text").words == ("日", "本", "語", "text")
    assert length("日本語 text") == 2


def test_marks_stay_with_their_letters():
    assert units("हिन्दी cafe\u0301").words == ("हिन्दी", "cafe\u0301")
    assert unicodedata.category("ข") == "Lo"
    assert units("ข้า").words == ("ข้", "า")
