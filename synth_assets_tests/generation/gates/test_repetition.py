import pytest

from synth_assets.generation.gates.repetition import Loop, Repetition, compression, top_ngram
from synth_assets_tests.generation.gates.texts import PARAGRAPHS, fault

OFF = {"max_duplicate_lines": 1.0, "max_top_ngram": 1.0, "max_compression": 1000.0}


def only(name: str) -> Repetition:
    default = Repetition()
    return Repetition(**(OFF | {name: getattr(default, name)}))


@pytest.mark.parametrize("lang", PARAGRAPHS)
def test_plain_paragraphs_repeat_nothing(lang: str):
    text = PARAGRAPHS[lang]
    assert fault(Repetition(), text) is None
    assert fault(Repetition(), "\n\n".join(PARAGRAPHS.values())) is None


def test_duplicate_lines_are_counted_from_the_second_on():
    gate = only("max_duplicate_lines")
    lines = [f"This is line {number} of many." for number in range(7)]
    assert fault(gate, "\n".join([*lines, *[lines[0]] * 3])) is None
    assert fault(gate, "\n".join([*lines, *[lines[0]] * 4])) == "duplicate lines 0.36"


def test_labels_and_code_may_repeat():
    gate = Repetition(max_duplicate_lines=0.0)
    assert fault(gate, "Yes\n" * 9) is None
    assert fault(gate, "```\n" + "call the same thing\n" * 9 + "```") is None


@pytest.mark.parametrize("lang", PARAGRAPHS)
def test_a_phrase_over_and_over_is_a_top_ngram_in_every_script(lang: str):
    text = PARAGRAPHS[lang]
    phrase = text[:12].strip()
    looped = text + f" {phrase}" * 40
    assert fault(only("max_top_ngram"), looped).startswith("top 3-gram")  # type: ignore[union-attr]
    assert top_ngram(text) < 0.1


@pytest.mark.parametrize("lang", PARAGRAPHS)
def test_a_looping_sentence_compresses_in_every_script(lang: str):
    text = PARAGRAPHS[lang]
    assert fault(only("max_compression"), text * 20).startswith("compression")  # type: ignore[union-attr]
    assert compression(text * 2) < 7


def test_the_end_of_a_long_text_is_looked_at():
    text = "\n".join(f"{text} {number}" for number, text in enumerate(PARAGRAPHS.values()))
    assert compression(text) < 3
    assert compression(text + "and so it goes on " * 200) > 7


def test_a_source_that_repeats_itself_may_be_told():
    line = "The answer to this question is yes.\n"
    assert fault(Repetition(), line * 20)
    assert fault(Repetition(), line * 20, source=line * 20) is None


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("de la " * 4, True),
        ("de la " * 3, False),
        ("很好" * 4, True),
        ("1.2.3.4.5.6.7.8", False),
        ("........", False),
        ("abcabcabc", False),
    ],
)
def test_loops_have_letters_and_four_turns(text: str, loops: bool):
    assert (fault(Loop(), text) is not None) is loops
    assert fault(Loop(), text, source=text) is None
