import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.translation.protect import find_spans
from synth_assets.translation.sentences import split

WORDS = st.sampled_from(
    [
        "the file.",
        "Open it!",
        "e.g.",
        "and,",
        "`a. B`",
        "。漢字",
        "؟ نعم",
        "x; ",
        "  ",
        "J. Smith",
        "\u0301",
    ]
)


def sentences(text: str, limit: int = 10_000) -> list[str]:
    parts = split(text, find_spans(text), lambda piece: len(piece) <= limit)
    return [part.text for part in parts if part.is_prose]


@given(st.lists(WORDS | st.text(max_size=8), max_size=20).map(" ".join), st.integers(5, 60))
def test_the_sentences_are_the_text(text: str, limit: int) -> None:
    parts = list(split(text, find_spans(text), lambda piece: len(piece) <= limit))

    assert "".join(part.text for part in parts) == text
    assert all(part.text.isspace() for part in parts if not part.is_prose)


@given(st.lists(st.sampled_from(["word", "words,", "a", "clause;"]), min_size=1, max_size=60))
def test_what_can_be_cut_fits(words: list[str]) -> None:
    assert all(len(piece) <= 12 for piece in sentences(" ".join(words), 12))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Open it. Then close it.", ["Open it.", "Then close it."]),
        ('He said "Stop!" Then he left.', ['He said "Stop!"', "Then he left."]),
        (
            "Use tools, e.g. Calc or i.e. Math. Done?",
            ["Use tools, e.g. Calc or i.e. Math.", "Done?"],
        ),
        ("Version 3.5 is out. 12 new tools.", ["Version 3.5 is out.", "12 new tools."]),
        ("By J. R. Smith et al. in 1999.", ["By J. R. Smith et al. in 1999."]),
        ("See Fig. 3 and Dr. Who.", ["See Fig. 3 and Dr. Who."]),
        ("Wait... then go on.", ["Wait... then go on."]),
        ("打开文件。然后关闭它！好。", ["打开文件。", "然后关闭它！", "好。"]),
        ("هل فتحت الملف؟ نعم، فتحته.", ["هل فتحت الملف؟", "نعم، فتحته."]),
        ("फ़ाइल खोलें। फिर बंद करें।", ["फ़ाइल खोलें।", "फिर बंद करें।"]),
        ("Run `a. B` now. Stop.", ["Run `a. B` now.", "Stop."]),
        (
            "Visit https://example.org/a?b=1 now. Stop.",
            ["Visit https://example.org/a?b=1 now.", "Stop."],
        ),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_long_sentences_are_halved_at_clauses_then_spaces() -> None:
    text = "When the window opens, choose the file you want to read"

    assert sentences(text, 40) == ["When the window opens,", "choose the file you want to read"]
    assert sentences("one two three four", 10) == ["one two", "three four"]


def test_protected_spans_are_not_cut() -> None:
    text = "see `a very long code span, with commas; and spaces` there"

    assert "`a very long code span, with commas; and spaces`" in sentences(text, 20)


def test_text_without_spaces_is_cut_between_characters() -> None:
    pieces = sentences("漢" * 50, 12)

    assert "".join(pieces) == "漢" * 50
    assert max(map(len, pieces)) <= 12
    assert "".join(sentences("ka\u0301" * 20, 10)) == "ka\u0301" * 20
    assert not any(piece.startswith("\u0301") for piece in sentences("ka\u0301" * 20, 10))
