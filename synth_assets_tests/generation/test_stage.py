"""Generation end to end: laws, resumption, equal work done once, failures told apart."""

from pathlib import Path

import pytest

from synth_assets.corpus import writer
from synth_assets.corpus.document import Document
from synth_assets.errors import BudgetError, CancelledError
from synth_assets.generation import passes
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling
from synth_assets.generation.stage import generate_corpus
from synth_assets.generation.work import Drop, Failed, Made, Need, NotSelected, Outcome, Results
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.engines import ScriptedEngine, broken, upper
from synth_assets_tests.generation.stubs import Counter

IDENTITY = EngineIdentity("scripted", "scripted", "1", "")


class TwoSteps:
    """Shouts the first line, then shouts it again in reverse; drops what shouts no E."""

    row_version = "v1"

    def advance(self, document: Document, results: Results) -> Outcome:
        if document.lang != "eng_Latn":
            return NotSelected("language")
        first = self._ask("first", document.text)
        if first.key not in results:
            return Need([first])
        if results[first.key].failed:
            return Failed(results[first.key].error_kind or "", results[first.key].error or "")
        second = self._ask("second", (results[first.key].text or "")[::-1])
        if second.key not in results:
            return Need([first, second])
        text = results[second.key].text or ""
        if "E" not in text:
            return Drop("no_e", text)
        keys = [first.key, second.key]
        made = document.child(text, row_version="v1", generation_keys=keys, kind="rewritten")
        return Made([made])

    def _ask(self, step: str, prompt: str) -> Request:
        return make_request(IDENTITY, prompt, Sampling(), profile_seed=1, step=step)


DOCUMENTS = [
    document(0, "one apple"),
    document(1, "two pears"),
    document(2, "one apple"),
    document(3, "a tiny bit"),
    document(4, "un poema", lang="cat_Latn"),
]


def generate(run, engine, inputs=None, meter=None):
    inputs = inputs or [run.open("filtered")]
    return generate_corpus(
        run,
        "rewritten/shout",
        inputs,
        TwoSteps(),
        engine,
        count_tokens=lambda t: [1 for _ in t],
        meter=meter,
    )


def test_every_parent_ends_in_one_class_and_the_laws_hold(make_run, store) -> None:
    publish(store, DOCUMENTS)
    footer = generate(make_run(BATCH), ScriptedEngine(upper))
    assert not footer.broken_laws
    assert footer.counts.other["parents_with_children"] == 3
    assert footer.counts.other["parents_dropped"] == 1
    assert footer.counts.other["parents_not_selected"] == 1
    corpus = store.open("rewritten/shout", BATCH)
    assert corpus.read()["text"].to_list() == ["ELPPA ENO", "SRAEP OWT", "ELPPA ENO"]
    assert corpus.dropped()["drop_reason"].to_list() == ["no_e"]


def test_equal_requests_are_generated_once(make_run, store) -> None:
    publish(store, DOCUMENTS)
    engine = ScriptedEngine(upper)
    generate(make_run(BATCH), engine)
    assert len(engine.sent) == len(set(engine.sent)) == 6


def test_a_second_run_sends_nothing_and_writes_the_same_bytes(make_run, store) -> None:
    publish(store, DOCUMENTS)
    generate(make_run(BATCH), ScriptedEngine(upper))
    path = Path(store.open("rewritten/shout", BATCH).path)
    before = path.read_bytes()
    engine = ScriptedEngine(upper)
    generate(make_run(BATCH), engine)
    assert engine.sent == []
    assert path.read_bytes() == before


def test_lasting_failures_fail_their_documents_and_are_not_sent_again(make_run, store) -> None:
    publish(store, DOCUMENTS)
    engine = ScriptedEngine(broken)
    footer = generate(make_run(BATCH), engine)
    assert footer.counts.other["parents_failed"] == 4
    assert not footer.broken_laws
    dropped = store.open("rewritten/shout", BATCH).dropped()
    assert set(dropped["drop_reason"]) == {"failed_prompt_too_long"}
    again = ScriptedEngine(upper)
    generate(make_run(BATCH), again)
    assert again.sent == []


def test_passing_failures_are_tried_again_at_once_and_in_the_next_run(make_run, store) -> None:
    publish(store, DOCUMENTS[:1])
    transport = ScriptedEngine(
        lambda request: Result(request.key, None, "error", error_kind="transport", error="reset")
    )
    footer = generate(make_run(BATCH), transport)
    assert len(transport.sent) == 3
    assert footer.counts.other["parents_failed"] == 1
    generate(make_run(BATCH), ScriptedEngine(upper))
    assert store.open("rewritten/shout", BATCH).read()["text"].to_list() == ["ELPPA ENO"]


def test_a_cancelled_run_keeps_what_is_finished(make_run, store) -> None:
    publish(store, [document(number, f"number {number} e") for number in range(50)])
    engine = ScriptedEngine(upper)
    run = make_run(BATCH, cancelled=lambda: len(engine.sent) >= 10)
    with pytest.raises(CancelledError):
        generate(run, engine)
    assert not store.has("rewritten/shout", BATCH)
    rest = ScriptedEngine(upper)
    generate(make_run(BATCH), rest)
    assert not set(engine.sent[:9]) & set(rest.sent)
    assert store.open("rewritten/shout", BATCH).read().height == 50


def test_failures_are_sent_again_when_asked_and_the_success_counts(make_run, store) -> None:
    publish(store, DOCUMENTS)
    generate(make_run(BATCH), ScriptedEngine(broken))
    engine = ScriptedEngine(upper)
    footer = generate(make_run(BATCH, retry_failed=True), engine)
    assert "parents_failed" not in footer.counts.other
    assert footer.counts.other["parents_with_children"] == 3
    assert len(engine.sent) == len(set(engine.sent)) == 6
    for retry in (True, False):
        again = ScriptedEngine(broken)
        assert generate(make_run(BATCH, retry_failed=retry), again).counts == footer.counts
        assert again.sent == []


def test_a_failure_that_fails_again_is_sent_once_a_run(make_run, store) -> None:
    publish(store, DOCUMENTS)
    generate(make_run(BATCH), ScriptedEngine(broken))
    engine = ScriptedEngine(broken)
    footer = generate(make_run(BATCH, retry_failed=True), engine)
    assert len(engine.sent) == len(set(engine.sent)) == 3
    assert footer.counts.other["error_prompt_too_long"] == 4


def test_a_spent_budget_leaves_no_corpus_and_the_next_run_goes_on(make_run, store) -> None:
    publish(store, DOCUMENTS)
    engine = ScriptedEngine(upper)
    with pytest.raises(BudgetError):
        generate(make_run(BATCH), engine, meter=Counter(limit=2))
    assert not store.has("rewritten/shout", BATCH)
    generate(make_run(BATCH), engine, meter=Counter())
    assert len(engine.sent) == len(set(engine.sent)) == 6


def test_the_end_of_the_log_says_what_was_paid_for(make_run, store) -> None:
    publish(store, DOCUMENTS)
    log: list[str] = []
    generate(make_run(BATCH, log=log.append), ScriptedEngine(upper))
    generate(make_run(BATCH, log=log.append), ScriptedEngine(upper))
    assert [line.split(", ")[:3] for line in log] == [
        ["rewritten/shout: 6 generated", "2 reused", "0 failed"],
        ["rewritten/shout: 0 generated", "8 reused", "0 failed"],
    ]


def test_documents_of_several_inputs_and_row_groups_keep_their_places(
    make_run, store, monkeypatch
) -> None:
    monkeypatch.setattr(passes, "WINDOW", 3)
    monkeypatch.setattr(writer, "ROW_GROUP_BYTES", 1)
    first = [document(number, f"e {number}") for number in range(10)]
    second = [document(number, f"e {number % 7}") for number in range(10, 25)]
    publish(store, first)
    publish(store, second, corpus="other")
    run = make_run(BATCH)
    generate(run, ScriptedEngine(upper), [run.open("filtered"), run.open("other")])
    made = store.open("rewritten/shout", BATCH).read()
    assert made["parent_ids"].list.first().to_list() == [item.doc_id for item in first + second]
    expected = [item.text.upper()[::-1] for item in first + second]
    assert made["text"].to_list() == expected
