import pytest

from synth_assets.generation.gates.copying import Copied, Untranslated, shared_words
from synth_assets.generation.gates.gate import Generated
from synth_assets_tests.generation.gates.texts import GOOD, PARAGRAPHS, SOURCE, fault

WORDS = [f"word{number}" for number in range(80)]


def test_a_copy_and_a_rewrite():
    assert fault(Copied(), SOURCE) == "1.00"
    assert fault(Copied(), SOURCE.upper()) == "1.00"
    assert fault(Copied(), GOOD) is None
    assert fault(Copied(), "Too few words.", source="Too few words.") is None


@pytest.mark.parametrize(("copied", "value"), [(70, None), (72, "0.81")])
def test_the_share_of_eight_word_runs(copied: int, value: str | None):
    """80 words of the source, `copied` of them, then new ones: 73 runs."""
    text = [*WORDS[:copied], *(f"new{number}" for number in range(80 - copied))]
    limit = 63 / 73
    share = (copied - 7) / 73
    assert (fault(Copied(limit), " ".join(text), " ".join(WORDS)) is None) is (share <= limit)
    if value:
        assert fault(Copied(0.8), " ".join(text), " ".join(WORDS)) == f"{share:.2f}"


def test_scripts_without_spaces_are_compared_by_characters():
    text = PARAGRAPHS["zho_Hans"]
    assert fault(Copied(), text, source=text) == "1.00"
    assert fault(Copied(), text[::-1], source=text) is None


def test_untranslated_looks_at_the_parts():
    same = [("Several paragraphs", "Several paragraphs")] * 30
    assert fault(Untranslated(), "", parts=same[:12]) is None  # 24 words
    assert fault(Untranslated(), "", parts=same[:13]) == "1.000"
    new = [("Diversos paràgrafs", "Several paragraphs")] * 25
    assert fault(Untranslated(), "", parts=[*same[:25], *new]) is None  # one half
    assert fault(Untranslated(), "", parts=[*same[:26], *new]) == "0.510"


def test_runs_of_unspaced_letters_weigh_as_words():
    assert shared_words([("abcd efgh", "abcd efgh 漢字漢字漢字")]) == (4, 0.5)


@pytest.mark.parametrize(
    ("langs", "share", "passes"),
    [
        (("eng_Latn", "cat_Latn"), 0.4, True),
        (("eng_Latn", "cat_Latn"), 0.6, False),
        (("eng_Latn", "ukr_Cyrl"), 0.4, False),
        (("eng_Latn", "pcm_Latn"), 0.9, True),
        (("eng_Latn", "pcm_Latn"), 1.0, False),
    ],
)
def test_what_may_be_shared_hangs_on_the_scripts(
    langs: tuple[str, str], share: float, passes: bool
) -> None:
    parts = [("several", "several")] * round(share * 40)
    parts += [("several", "diversos")] * (40 - len(parts))
    made = Generated("", "", *langs, parts=parts)
    assert (Untranslated()(made) is None) is passes
