import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_assets.generation.protocol import Result, Sampling
from synth_assets.generation.work import DECLINED, Drop, Failed, Made, NotSelected
from synth_assets.translation.characters import Characters, Vocabulary
from synth_assets.translation.gates import in_force

PAGE = """# Open files

Choose the *File* menu. Then click `Open` to read https://example.org/a.

- First item
- Second item

```basic
Sub Main
```

Key | Effect
F1 | Opens the help

Value: 42
"""


def made(outcome: object) -> Made:
    assert isinstance(outcome, Made), outcome
    return outcome


def test_structure_code_and_addresses_are_kept(drive) -> None:
    driver = drive(lambda text: re.sub(r"[a-z]+", lambda word: word[0][::-1], text))
    document = made(driver.run(PAGE, title="Open files")).documents[0]

    assert "```basic\nSub Main\n```" in document.text
    assert "`Open`" in document.text
    assert "https://example.org/a" in document.text
    assert document.text.count("\n") == PAGE.count("\n")
    assert document.text.startswith("# Onep selif\n\n")
    assert "\n- Ftsri meti\n" in document.text
    assert document.title == "Onep selif"
    assert (document.kind, document.lang, document.recipe) == (
        "translated",
        "cat_Latn",
        "translate",
    )
    assert document.recipe_version == "a" * 12 + "." + "b" * 12
    assert (document.model, document.model_revision, document.seed) == ("scripted", "r1", 7)


def test_the_pairs_put_together_are_both_texts(drive) -> None:
    outcome = made(drive().run(PAGE, title="Open files"))
    pairs = outcome.tables["segments"]
    source, target = PAGE, outcome.documents[0].text
    for pair in pairs:
        if pair["part"] == "text":
            assert pair["source"] in source
            assert pair["target"] in target
    assert [p["index"] for p in pairs if p["part"] == "text"] == list(range(len(pairs) - 1))
    assert {pair["doc_id"] for pair in pairs} == {outcome.documents[0].doc_id}
    assert outcome.extra[0]["n_segments"] == len(pairs) - 1


def test_equal_sentences_have_one_key(drive) -> None:
    driver = drive()
    document = made(driver.run("Open it. Close it.\n\nOpen it.")).documents[0]

    assert document.text == "OPEN IT. CLOSE IT.\n\nOPEN IT."
    assert len(document.generation_keys) == 2


def test_what_has_no_words_is_not_sent(drive) -> None:
    driver = drive()
    document = made(driver.run("42\n\n`x = 1`\n\n--- *** ---")).documents[0]

    assert driver.sent == []
    assert document.text == "42\n\n`x = 1`\n\n--- *** ---"


def test_another_language_is_not_selected(drive) -> None:
    assert drive().run("Bon dia.", lang="cat_Latn") == NotSelected("language")


def test_an_altered_span_is_masked_then_translated_around(drive) -> None:
    def spoil(text: str) -> str:
        return text.upper()  # getValue does not survive, X1 does

    masked = drive(spoil)
    assert (
        made(masked.run("Call getValue in X9 now.")).documents[0].text == "CALL getValue IN X9 NOW."
    )
    assert masked.sent == ["Call getValue in X9 now.", "Call Z1 in X9 now."]

    pieces = drive(lambda text: spoil(text).replace("X1", "X 1"))
    outcome = made(pieces.run("Call getValue now."))
    assert outcome.documents[0].text == "CALL getValue NOW."
    assert pieces.sent[2:] == ["Call", "now."]
    assert outcome.tables["segments"][0]["method"] == "pieces"
    assert outcome.extra[0]["n_restored"] == 1


def test_unknown_characters_come_back(drive) -> None:
    driver = drive()
    outcome = made(driver.run("It’s 10^8 – or 漢字, and… so 2 × 3"))

    assert outcome.documents[0].text == "IT'S 10^8 - OR 漢字, AND… SO 2 X 3"
    assert outcome.extra[0]["n_mapped_chars"] == 3
    assert driver.sent == ["It's X1 - or X2, and… so 2 x 3"]


def test_characters_are_mapped_or_named(characters: Characters) -> None:
    mapped = characters.apply("a\u2019b\u00adc ½ ø →")

    assert mapped.text == "a'bc 1/2 ø →"
    assert mapped.n_mapped == 3
    assert mapped.unknown == {"ø"}


def test_short_texts_fit_without_being_tokenized(vocabulary: Vocabulary) -> None:
    assert vocabulary.fits("a" * 38, 40)
    assert vocabulary.fits("the file menu " * 5, 40)
    assert not vocabulary.fits("the file menu " * 20, 40)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("  ", "empty"),
        ("de la " * 60, "repetition_loop"),
        (
            "one two three four five six seven eight nine ten " + "".join(map(str, range(200))),
            "segment_length",
        ),
    ],
)
def test_gates_drop_the_document(drive, answer: str, reason: str) -> None:
    outcome = drive(lambda text: answer).run("Open the file. Close the file.")

    assert isinstance(outcome, Drop)
    assert outcome.reason == reason
    assert outcome.value.endswith(" in: Open the file.")


def test_a_failed_segment_fails_the_document(drive) -> None:
    def fail(text: str) -> str | Result:
        return Result("", None, "error", error_kind="memory", error="none") if "C" in text else text

    assert drive(fail).run("Open it. Close it.") == Failed("memory", "none")


def test_every_refused_text_is_reported_also_where_a_later_one_did_better(drive) -> None:
    driver = drive(str.upper)
    outcome = made(driver.run("Call getValue now."))
    direct, masked = driver.requests
    assert {key: fault.gate for key, fault in outcome.faults.items()} == {
        direct.key: "altered_span"
    }
    assert outcome.documents[0].generation_keys == [masked.key]
    assert driver.retries == {masked.key: direct.key}


def test_all_segments_are_judged_though_one_is_lost(drive) -> None:
    driver = drive(lambda text: "la " * 60 if "Close" in text else "")
    outcome = driver.run("Open it. Close it. Stop.")
    assert isinstance(outcome, Drop)
    assert outcome.reason == "empty"
    gates = [outcome.faults[request.key].gate for request in driver.requests]
    assert sorted(gates) == ["empty", "empty", "repetition_loop"]


def test_a_declined_retry_leaves_the_first_verdict(drive) -> None:
    def decline(text: str) -> str | Result:
        return Result("", None, "error", error_kind=DECLINED) if "X1" in text else text.upper()

    driver = drive(decline)
    outcome = driver.run("Call getValue now.")
    assert isinstance(outcome, Drop)
    assert outcome.reason == "altered_span"
    assert len(driver.requests) == 2


def test_halves_are_retries_of_a_loop_and_not_of_a_text_that_ran_on(drive) -> None:
    text = "When the window opens, choose the file you want"

    def runs_on(said: str) -> str | Result:
        return Result("", said, "length") if said == text else said.upper()

    def loops(said: str) -> str:
        return "la de " * 60 if said == text else said.upper()

    driver = drive(runs_on)
    assert made(driver.run(text)).faults[driver.requests[0].key].gate == "truncated"
    assert driver.retries == {}
    driver = drive(loops)
    outcome = made(driver.run(text))
    first, *halves = driver.requests
    assert driver.retries == {half.key: first.key for half in halves}
    assert outcome.documents[0].generation_keys == [half.key for half in halves]


def test_a_refused_text_is_drawn_again_where_there_is_chance(drive) -> None:
    answers = iter(["", "Obre-ho."])
    driver = drive(lambda text: next(answers), sampling=Sampling(temperature=0.5))
    assert made(driver.run("Open it.")).documents[0].text == "Obre-ho."
    first, second = driver.requests
    assert first.seed != second.seed
    assert driver.retries == {second.key: first.key}


ENGLISH = "The committee meets in the old house by the river every second week of the month.\n"


def test_a_document_in_another_language_is_dropped(drive) -> None:
    german = "Der Ausschuss trifft sich jede zweite Woche im alten Haus am Fluss.\n"
    driver = drive(lambda text: german.strip())
    outcome = driver.run(ENGLISH * 9)
    assert isinstance(outcome, Drop)
    assert (outcome.reason, outcome.value) == ("language", "0.00, else deu_Latn")
    gates = in_force({"language": None, "part_language": None})
    off = drive(lambda text: german.strip(), gates=gates)
    assert isinstance(off.run(ENGLISH * 9), Made)


def test_a_document_that_lost_its_numbers_is_dropped(drive) -> None:
    driver = drive(lambda text: re.sub(r"\d+", "molts", text.upper()))
    outcome = driver.run(" ".join(f"It has {10 + number} rooms." for number in range(6)))
    assert isinstance(outcome, Drop)
    assert (outcome.reason, outcome.value) == ("numbers_kept", "0.00, lost 10, 11, 12")


def test_a_document_whose_numbers_are_others_is_dropped(drive) -> None:
    driver = drive(lambda text: text.upper().replace("7", "8"))
    outcome = driver.run("It has 17 rooms. It has 27 doors.")
    assert isinstance(outcome, Drop)
    assert (outcome.reason, outcome.value) == ("numbers_changed", "1.00: 18, 28 for 17, 27")


def test_gates_of_segments_are_changed_by_name(drive) -> None:
    strict = in_force({"segment_length": {"most": 1.1, "floor": 1}})
    outcome = drive(lambda text: text * 2, gates=strict).run("Open it.")
    assert isinstance(outcome, Drop)
    assert outcome.reason == "segment_length"


def test_what_ran_on_is_halved_once(drive) -> None:
    def cut(limit: int):
        def translate(text: str) -> str | Result:
            return text.upper() if len(text) < limit else Result("", text.upper(), "length")

        return translate

    text = "When the window opens, choose the file you want"
    driver = drive(cut(30))
    assert made(driver.run(text)).documents[0].text == text.upper()
    assert driver.sent == [text, "When the window opens,", "choose the file you want"]

    outcome = drive(cut(10)).run(text)
    assert isinstance(outcome, Drop)
    assert outcome.reason == "truncated"


def test_a_long_document_that_was_copied_is_dropped(drive) -> None:
    sentence = "Documents contain several different paragraphs number {}."
    text = "\n".join(sentence.format(i) for i in range(12))

    outcome = drive(str).run(text)
    assert isinstance(outcome, Drop)
    assert (outcome.reason, outcome.value) == ("untranslated", "1.000")
    assert isinstance(drive(str).run(sentence), Made)


def test_spaces_between_sentences_follow_the_target(drive) -> None:
    text = "Open it. Close it.\n\nStop."

    assert (
        made(drive(lambda _: "好。", "zho_Hans").run(text)).documents[0].text == "好。好。\n\n好。"
    )


BLOCK = st.sampled_from(
    [
        "# Title",
        "- An item here",
        "Open the file. Close it!",
        "`code` and foo_bar",
        "a | b",
        "",
        "7",
    ]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(BLOCK | st.text(alphabet="aB .\n-|`#é漢", max_size=15), max_size=12).map("\n".join))
def test_a_translator_that_copies_gives_the_text_back(drive, text: str) -> None:
    """But for long documents, which are dropped then."""
    outcome = drive(str).run(text)

    if isinstance(outcome, Made):
        assert outcome.documents[0].text == text
    else:
        assert outcome.reason in ("untranslated", "language")
