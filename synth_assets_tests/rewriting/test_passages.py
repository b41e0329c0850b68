"""Cutting: nothing lost, limits kept, code and headings not torn from what they belong to."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.rewriting.passages import cut_passages
from synth_assets.rewriting.words import count_words

WORDS = st.text(alphabet="uwxyz", min_size=2, max_size=5)
SENTENCES = st.lists(WORDS, min_size=1, max_size=9).map(lambda w: " ".join(w).capitalize() + ".")
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=6).map(" ".join)
HEADINGS = WORDS.map("## {}".format)
CODE = st.lists(WORDS, min_size=1, max_size=5).map(lambda w: "```\n" + "\n\n".join(w) + "\n```")
BLOCKS = st.lists(st.one_of(PARAGRAPHS, HEADINGS, CODE), max_size=12)


@settings(max_examples=60, deadline=None)
@given(blocks=BLOCKS, max_words=st.integers(min_value=9, max_value=40))
def test_passages_are_the_whole_text_in_order(blocks: list[str], max_words: int):
    text = "\n\n".join(blocks)
    passages = cut_passages(text, max_words)
    assert " ".join(passages).split() == text.split()
    for passage in passages:
        assert passage.count("```") % 2 == 0
        body = re.sub(r"^## .*$", "", passage, flags=re.MULTILINE)
        assert count_words(body) <= max_words or "```" in passage


def test_a_long_paragraph_is_cut_at_sentence_ends():
    text = "One two three. Four five six. Seven eight nine."
    assert cut_passages(text, 6) == ["One two three. Four five six.", "Seven eight nine."]


def test_a_heading_stays_with_its_paragraph():
    text = "One two three.\n\n## Next\n\nFour five six."
    assert cut_passages(text, 4) == ["One two three.", "## Next\n\nFour five six."]


def test_a_list_of_short_lines_is_cut_too():
    assert max(map(count_words, cut_passages("Word\n\n" * 100, 10))) <= 10


def test_no_text_has_no_passages():
    assert cut_passages(" \n\n", 10) == []
