"""A few milliseconds per kB at most, whatever the text is made of."""

import time

import pytest

from synth_assets.generation.gates.gate import Generated
from synth_assets.rewriting.gates import BASIC
from synth_assets.translation.gates import DOCUMENT
from synth_assets_tests.generation.gates.texts import PARAGRAPHS

KB = 20
MS_PER_KB = 10.0

WARM = " ".join(PARAGRAPHS.values())
HOSTILE = {
    "prose": WARM,
    "ticks": "` `` ``` a",
    "fences": "```\nx\n",
    "rulers": "|---|---\n",
    "digits": "1,000 2.5 7 ",
    "one number": "1,",
    "one word": "a",
    "han": "漢字",
    "brackets": "[a](b ((",
    "addresses": "https://a.b/c_d?",
    "here is": "here is the ",
    "sorry": "i'm very sorry ",
    "spaces": "   ",
    "breaks": "\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_gates_are_fast_on_any_text(name: str):
    piece = HOSTILE[name]
    text = (piece * (KB * 1000 // len(piece) + 1))[: KB * 1000]
    made = Generated(text[::-1], text, "eng_Latn", "eng_Latn", instructions="Rewrite it. " * 50)
    gates = (*BASIC, *DOCUMENT)
    for gate in gates:  # patterns and the language model are loaded once
        gate(Generated(WARM, WARM[:500], "eng_Latn", "eng_Latn", instructions="x"))
    begun = time.process_time()
    for gate in gates:
        gate(made)
    assert (time.process_time() - begun) * 1000 / KB < MS_PER_KB
