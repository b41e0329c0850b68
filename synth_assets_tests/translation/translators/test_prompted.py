"""A chat model as translator: what it is asked, and what is taken from what it says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from synth_assets.corpus.document import Document
from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling
from synth_assets.generation.work import Drop, Made, Need, Outcome
from synth_assets.profile.translation_methods import Examples, PromptProfile
from synth_assets.translation.characters import AnyText, Characters
from synth_assets.translation.gates import in_force
from synth_assets.translation.translators.prompted import (
    GATES,
    PromptedTranslator,
    open_prompted,
    version_of,
)
from synth_assets.translation.work import Languages, Translation, Versions

IDENTITY = EngineIdentity("openai", "m", "r", "")
Answer = Callable[[Request], str]


def opened(settings: PromptProfile | None = None) -> PromptedTranslator:
    return open_prompted(settings or PromptProfile(), "eng_Latn", "cat_Latn")


def drive(text: str, answer: Answer, translator: PromptedTranslator) -> tuple[Outcome, list]:
    work = Translation(
        Languages("eng_Latn", "cat_Latn"),
        IDENTITY,
        Sampling(),
        Characters(AnyText(), {}),
        Versions("a" * 32, "b" * 32),
        max_segment_tokens=80,
        profile_seed=7,
        gates=in_force({}, GATES),
        translator=translator,
    )
    document = Document(doc_id="0" * 32, text=text, lang="eng_Latn")
    results: dict[str, Result] = {}
    sent: list[Request] = []
    for _ in range(20):
        outcome = work.advance(document, results)
        if not isinstance(outcome, Need):
            return outcome, sent
        for request in outcome.requests:
            sent.append(request)
            results[request.key] = Result(request.key, answer(request), "stop")
    raise AssertionError("the work never ends")


def shout(request: Request) -> str:
    return request.prompt[-1]["content"].rsplit("\n\n", 1)[-1].upper()


def test_a_chat_is_asked_for_each_segment_and_structure_stays() -> None:
    outcome, sent = drive("# Files\n\nOpen it. See `ls -a` now.\n", shout, opened())

    assert isinstance(outcome, Made)
    assert outcome.documents[0].text.startswith("# FILES\n\nOPEN IT. SEE `")
    system, user = sent[0].prompt
    assert "from English into Catalan" in system["content"]
    assert user == {"role": "user", "content": "Files"}
    assert (sent[0].source_lang, sent[0].target_lang) == (None, None)


def test_examples_terms_and_hints_stand_in_the_prompt(tmp_path: Path) -> None:
    pool, terms, words = (tmp_path / name for name in ("pool.tsv", "terms.tsv", "words.tsv"))
    pool.write_text(
        "source\ttarget\tscore\nSave the menu.\tDeseu el menú.\t1\nOpen the menu.\tx\t1\n"
    )
    terms.write_text("en\tca\nmenu\tmenú\nmouse\tratolí\n")
    words.write_text("en\tca\tes\nopen\tobrir\tabrir\n")
    settings = PromptProfile(
        examples=Examples(path=str(pool), count=3), glossary=str(terms), dictionary=str(words)
    )
    prompt = opened(settings).prompt("Open the menu.", ())

    assert [turn["role"] for turn in prompt] == ["system", "user", "assistant", "user"]
    assert [turn["content"] for turn in prompt[1:3]] == ["Save the menu.", "Deseu el menú."]
    assert prompt[-1]["content"] == (
        "Translate “menu” as “menú”.\n"
        "“Open” means “obrir” in Catalan, “abrir” in Spanish.\n\nOpen the menu."
    )
    before = version_of(settings)
    terms.write_text("en\tca\nmenu\tcarta\n")
    assert version_of(settings) != before


def test_the_segments_before_are_shown_with_their_translations() -> None:
    outcome, sent = drive("One. Two is here. Three.", shout, opened(PromptProfile(context=1)))

    assert isinstance(outcome, Made)
    assert [turn["content"] for turn in sent[2].prompt[1:]] == [
        "Two is here.",
        "TWO IS HERE.",
        "Three.",
    ]
    assert len({request.key for request in sent}) == 3


def test_a_plain_prompt_ends_with_the_language_and_the_first_line_counts() -> None:
    translator = opened(PromptProfile(chat=False, context=1))
    prompt = translator.prompt("Open it.", (("Hello.", "Hola."),))

    assert prompt == "English: Hello.\nCatalan: Hola.\n\nEnglish: Open it.\nCatalan:"
    result = Result("k", " Obriu-lo.\nEnglish: More", "length")
    assert translator.read(result.text) == "Obriu-lo."
    assert translator.finish(result) == "stop"


@pytest.mark.parametrize(
    ("said", "gate"),
    [
        ("I'm sorry, but I cannot help with that request.", "refusal"),
        ("Obriu el fitxer ara.\n\nNote: I kept the order of words.", "one_line"),
    ],
)
def test_what_is_no_translation_is_refused(said: str, gate: str) -> None:
    outcome, _ = drive("Open the file now.", lambda _: said, opened())
    assert isinstance(outcome, Drop)
    assert outcome.reason == gate


def test_thoughts_and_preambles_are_taken_off() -> None:
    said = "<think>hmm</think>Here is the translation:\nObriu el fitxer."
    outcome, _ = drive("Open the file.", lambda _: said, opened())
    assert isinstance(outcome, Made)
    assert outcome.documents[0].text == "Obriu el fitxer."
