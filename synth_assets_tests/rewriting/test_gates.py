"""Each gate on what it drops and what it lets pass; parsers and joins."""

import pytest

from synth_assets.rewriting import gates
from synth_assets.rewriting.gates import Gate, Generated
from synth_assets.rewriting.joining import join
from synth_assets.rewriting.parsing import parse

SOURCE = (
    "Water boils at one hundred degrees at sea level, and at less on a mountain, since the air "
    "there weighs less upon it. Cooks in the mountains boil their eggs for longer."
)
GOOD = (
    "## When does water boil?\n\nIt boils at one hundred degrees where the sea is near.\n\n"
    "## Why do eggs take longer on a mountain?\n\nThere the air is light and water boils early."
)


def fault(gate: Gate, text: str, parent: str = SOURCE) -> str | None:
    dropped = gate(Generated(parent, text))
    return dropped.reason if dropped else None


@pytest.mark.parametrize("gate", gates.BASIC)
def test_a_good_text_passes_every_gate(gate: Gate):
    assert fault(gate, GOOD) is None


@pytest.mark.parametrize(
    ("gate", "text", "reason"),
    [
        (gates.Empty(), " \n|---|\n", "empty"),
        (gates.Refusal(), "I'm sorry, but I can't help with that.", "refusal"),
        (gates.Refusal(), "Lo siento, no puedo ayudar con eso.", "refusal"),
        (gates.Preamble(), "Sure! Water boils at a hundred degrees.", "preamble"),
        (gates.TooShort(20), "Water boils.", "too_short"),
        (gates.LengthRatio(0.2, 3.0), "Water.", "length_ratio"),
        (gates.LengthRatio(0.2, 3.0), GOOD * 9, "length_ratio"),
        (gates.Repetition(0.3), "Water boils at hundred.\n" * 3, "repetition"),
        (gates.BalancedFences(), "Run this:\n\n```\nboil()\n", "markup"),
        (gates.Copied(0.8), SOURCE, "copied"),
    ],
)
def test_a_gate_drops_what_it_is_for(gate: Gate, text: str, reason: str):
    assert fault(gate, text) == reason


def test_a_source_that_refuses_or_greets_may_be_told():
    parent = "I can't help you, said the king. " + SOURCE
    assert fault(gates.Refusal(), "I can't help you, said the king, and left.", parent) is None
    assert fault(gates.Preamble(), "Here is the king.", "Here is a story of a king.") is None


def test_code_may_repeat_lines():
    code = "```\n" + "call the same thing\n" * 9 + "```"
    assert fault(gates.Repetition(0.0), code) is None


def test_gates_of_models_are_off_for_rules():
    made = Generated(SOURCE, SOURCE)
    assert gates.first_fault(gates.BASIC, made, by_rules=True) is None
    dropped = gates.first_fault(gates.BASIC, made, by_rules=False)
    assert dropped is not None and (dropped.reason, dropped.value) == ("copied", "1.00")


PARSERS = ("unwrap_fence", "strip_preamble", "strip_closing")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Here is the FAQ:\n\n## Why?\n\nBecause.", "## Why?\n\nBecause."),
        ("```markdown\n# A\n\nB.\n```", "# A\n\nB."),
        ("```python\nf()\n```", "```python\nf()\n```"),
        ("A text.\n\nI hope this helps!", "A text."),
        ("Here is where the river begins.", "Here is where the river begins."),
        ("Sure!", "Sure!"),
    ],
)
def test_parsing_takes_off_only_what_is_around_the_text(said: str, text: str):
    assert parse(PARSERS, said) == text


def test_documents_are_joined_under_one_title():
    assert join("documents", ["# A\n\nOne.", "# A\n\nTwo.", "# B\n\nThree."]) == (
        "# A\n\nOne.\n\nTwo.\n\n# B\n\nThree."
    )


TABLE = "# A\n\n{0}.\n\n| T | D |\n| --- | --- |\n| {0} | x |\n\nEnd {0}."


def test_tables_with_one_header_become_one():
    texts = [TABLE.format(name) for name in ("one", "two")]
    assert join("tables", texts) == (
        "# A\n\none.\n\ntwo.\n\n| T | D |\n| --- | --- |\n| one | x |\n| two | x |\n\n"
        "End one.\n\nEnd two."
    )


def test_tables_with_other_headers_stay_apart():
    texts = [TABLE.format("one"), TABLE.format("two").replace("T |", "Thing |")]
    assert join("tables", texts).count("| --- | --- |") == 2
