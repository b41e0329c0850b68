"""Finish, length, refusal, preamble, echo."""

import pytest

from synth_assets.generation.gates.echo import Echo
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.length import Empty, LengthRatio, SegmentLength, TooShort
from synth_assets.generation.gates.phrases import phrases
from synth_assets.generation.gates.preamble import Preamble
from synth_assets.generation.gates.refusal import Refusal
from synth_assets_tests.generation.gates.texts import GOOD, PARAGRAPHS, SOURCE, fault

REFUSALS = {
    "eng": "I'm sorry, but I can't help with that request.",
    "spa": "Lo siento, pero no puedo reescribir este documento.",
    "cat": "Com a model de llenguatge, no puc fer-ho.",
    "fra": "Je suis désolé, mais je ne peux pas répondre à cette demande.",
    "deu": "Ich kann Ihnen dabei leider nicht helfen.",
    "ita": "Mi dispiace, ma non posso soddisfare la richiesta.",
    "por": "Desculpe, mas não posso ajudar com isso.",
    "swh": "Samahani, siwezi kukusaidia na ombi hili.",
}
PREAMBLES = {
    "eng": "Sure, here is the rewritten article:",
    "spa": "Aquí tienes la versión en forma de tabla:",
    "cat": "Aquí teniu l'article demanat:",
    "fra": "Voici le tableau demandé :",
    "deu": "Hier ist die Übersetzung des Textes:",
    "ita": "Ecco il riassunto del documento:",
    "por": "Claro! O artigo pedido vem abaixo.",
    "swh": "Haya ni maswali kuhusu hati:",
}


def test_a_text_is_truncated_only_by_its_finish_reason():
    known = {"completion_tokens": 40, "max_new_tokens": 40}
    assert fault(Truncated(), GOOD, finish_reason="length", **known) == "40 tokens"
    assert fault(Truncated(), GOOD, finish_reason="stop", **known) is None


@pytest.mark.parametrize(("text", "empty"), [("", True), (" \n|---|\n", True), ("好", False)])
def test_empty(text: str, empty: bool):
    assert (fault(Empty(), text) is not None) is empty


def test_too_short_counts_words_and_characters_of_unspaced_scripts():
    assert fault(TooShort(20), "word " * 19) == "19 words"
    assert fault(TooShort(20), "word " * 20) is None
    assert fault(TooShort(20), "水" * 59) == "20 words"  # 19.7
    assert fault(TooShort(20), "水" * 60) is None


def test_length_ratio_has_two_ends():
    gate = LengthRatio(0.5, 2.0)
    source = "word " * 10
    values = [fault(gate, "word " * n, source) for n in (4, 5, 20, 21)]
    assert values == ["0.40", None, None, "2.10"]
    assert fault(gate, "水" * 30, "水" * 20) is None
    assert fault(gate, "水" * 61, "水" * 30) == "2.03"


def test_segment_length_leaves_labels_free_and_looks_at_bytes_too():
    gate = SegmentLength()
    assert fault(gate, "a" * 160, "OK") is None
    assert fault(gate, "a" * 161, "OK") == "4.03"
    assert fault(gate, "好" * 40, "word " * 33) is None


def test_all_promised_languages_have_phrases():
    assert set(phrases()) == set(REFUSALS) == set(PREAMBLES)


@pytest.mark.parametrize("lang", REFUSALS)
def test_refusals_are_found_in_the_opening_only(lang: str):
    said = REFUSALS[lang]
    assert fault(Refusal(), said)
    assert fault(Refusal(), f"\n\n{said.upper()}")
    assert fault(Refusal(), said, source=f"He said: {said}") is None
    assert fault(Refusal(), "A quiet opening. " * 12 + said) is None


def test_curly_apostrophes_and_line_breaks_hide_no_refusal():
    assert fault(Refusal(), "I’m sorry, but\nI can’t help.")


@pytest.mark.parametrize(
    "text",
    [
        "I can't believe how high the river stands this year.",
        "I am sorry for your loss, she said.",
        "As an air traffic controller, she sees every flight.",
        "No puc dormir quan fa tanta calor.",
        "Ich kann den Berg nicht sehen.",
        "Não posso esquecer aquele verão.",
        *PARAGRAPHS.values(),
    ],
)
def test_stories_are_no_refusals(text: str):
    assert fault(Refusal(), text) is None
    assert fault(Preamble(), text) is None


@pytest.mark.parametrize("lang", PREAMBLES)
def test_preambles(lang: str):
    assert fault(Preamble(), f"{PREAMBLES[lang]}\n\n{GOOD}")
    assert fault(Preamble(), f"**{PREAMBLES[lang]}**\n\n{GOOD}")
    assert fault(Preamble(), f"{GOOD}\n\n{PREAMBLES[lang]}") is None
    assert fault(Preamble(), f"{PREAMBLES[lang]} x", source=f"{PREAMBLES[lang]} y") is None


@pytest.mark.parametrize(
    "text",
    [
        "Here is where the river begins.",
        "Certo dia, um homem foi ao mar.",
        "Hier ist es schön.",
        "Surely nobody knows.",
        "Here are the opening hours:\n\n- nine to five",
    ],
)
def test_openings_that_only_look_like_preambles(text: str):
    assert fault(Preamble(), text) is None


TOLD = "Rewrite the document below as an encyclopedic article in English. Add nothing to it."


def test_an_echo_is_eight_words_of_the_instructions():
    eight = "Rewrite the document below as an encyclopedic article"
    assert fault(Echo(), f"{GOOD}\n{eight} now", instructions=TOLD) == eight.lower()
    assert fault(Echo(), f"{GOOD} the document below as an encyclopedic", instructions=TOLD) is None
    assert fault(Echo(), eight, source=f"{SOURCE} {eight}", instructions=TOLD) is None
    assert fault(Echo(), f"<think>\n{GOOD}", instructions=TOLD) == "<think>"
    assert fault(Echo(n_words=12), eight, instructions=TOLD) is None


def test_an_echo_in_an_unspaced_script():
    told = "请把下面的文件改写成一篇百科全书式的条目，只用文件里说的内容，不要加任何别的东西。"
    assert fault(Echo(), f"好的{told}", source="水", instructions=told)
    assert fault(Echo(), PARAGRAPHS["zho_Hans"], source="水", instructions=told) is None


@pytest.mark.parametrize("mark", ["<|im_start|>", "[INST]", "<end_of_turn>", "### Response:"])
def test_marks_of_chat_templates_are_an_echo(mark: str):
    assert fault(Echo(), f"{GOOD}\n{mark}\nmore")
    assert fault(Echo(), f"{GOOD}\n{mark}\n", source=f"{mark}\n") is None


def test_a_heading_is_no_chat_template():
    assert fault(Echo(), "### Response Model\n\nA text.") is None
