"""Text between passages: the document is there, byte for byte."""

from hypothesis import given
from hypothesis import strategies as st

from synth_assets.rewriting.weaving import Around, cut_exactly, weave
from synth_assets.rewriting.words import count_words

TEXTS = st.text(alphabet="ab \n\té", max_size=80)
SAID = st.text(alphabet="QA: \n", max_size=8)


@given(TEXTS, st.integers(1, 9))
def test_passages_are_the_text(text: str, limit: int):
    passages = cut_exactly(text, limit)
    assert "".join(passages) == text
    for passage in passages:
        paragraphs = [one for one in passage.split("\n\n") if count_words(one)]
        assert count_words(passage) <= limit or len(paragraphs) == 1


@given(TEXTS, st.integers(1, 9), st.dictionaries(st.integers(0, 9), st.builds(Around, SAID, SAID)))
def test_without_what_was_inserted_it_is_the_document(
    text: str, limit: int, around: dict[int, Around]
):
    woven, inserted = weave(cut_exactly(text, limit), around)
    rest, end = "", 0
    for span in inserted:
        assert end <= span["start"] < span["end"]
        rest += woven[end : span["start"]]
        end = span["end"]
    assert rest + woven[end:] == text


def test_what_is_inserted_stands_at_its_passage():
    passages = cut_exactly("One.\n\nTwo.\n", 1)
    assert passages == ["One.\n\n", "Two.\n"]
    woven, _ = weave(passages, {0: Around("", "Q1"), 1: Around("Before", "Q2")})
    assert woven == "One.\n\nQ1\n\nBefore\n\nTwo.\n\nQ2\n"
