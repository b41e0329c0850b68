"""Gates take time in proportion to a text's length, whatever it is made of."""

import time

import pytest

from synth_assets.generation.gates.gate import Generated
from synth_assets.rewriting.gates import BASIC
from synth_assets.translation.gates import DOCUMENT
from synth_assets_tests.generation.gates.texts import PARAGRAPHS

SHORT, LONG = 5_000, 40_000
"""Characters. What takes the square of the length takes 64 times as long for the long one."""

MOST = 24
SLACK_S = 0.05

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
def test_gates_take_time_in_proportion_to_the_text(name: str):
    seconds(WARM)  # patterns and the language model are loaded once
    assert seconds(made_of(name, LONG)) < MOST * seconds(made_of(name, SHORT)) + SLACK_S


def made_of(name: str, n_chars: int) -> str:
    piece = HOSTILE[name]
    return (piece * (n_chars // len(piece) + 1))[:n_chars]


def seconds(text: str) -> float:
    made = Generated(text[::-1], text, "eng_Latn", "eng_Latn", instructions="Rewrite it. " * 50)
    begun = time.process_time()
    for gate in (*BASIC, *DOCUMENT):
        gate(made)
    return time.process_time() - begun
