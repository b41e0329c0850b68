"""Generation end to end: laws, resumption, equal work done once, failures told apart."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synth_assets.corpus.document import Document
from synth_assets.errors import CancelledError
from synth_assets.generation.journal import read_lines
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling
from synth_assets.generation.stage import generate_corpus
from synth_assets.generation.work import Drop, Failed, Made, Need, NotSelected, Outcome, Results
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.engines import ScriptedEngine, broken, upper

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


def generate(run, engine, inputs=None):
    inputs = inputs or [run.open("filtered")]
    return generate_corpus(
        run, "rewritten/shout", inputs, TwoSteps(), engine, count_tokens=lambda t: [1 for _ in t]
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


def slow_upper(request: Request) -> Result:
    time.sleep(0.005)
    return upper(request)


CHILD = """
import sys
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.profile import load_profile
from synth_assets_tests.corpora import BATCH
from synth_assets_tests.engines import ScriptedEngine
from synth_assets_tests.generation.test_stage import generate, slow_upper
store = Store(sys.argv[1])
run = StageRun(store, load_profile(), BATCH, "1")
print("started", flush=True)
generate(run, ScriptedEngine(slow_upper))
"""


def test_kill_9_at_any_point_and_again_gives_the_file_of_an_unkilled_run(
    make_run, store, tmp_path
) -> None:
    documents = [document(number, f"number {number} e") for number in range(80)]
    publish(store, documents)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    rng = random.Random(1)
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, store.files.root],
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(rng.uniform(0.05, 0.4))
        child.send_signal(signal.SIGKILL)
        child.wait()
    live = Path(store.files.path(f"journal/rewritten/shout/{BATCH}.jsonl"))
    done = [item.key for item in read_lines(live)]
    assert done and len(done) == len(set(done))
    rest = ScriptedEngine(upper)
    generate(make_run(BATCH), rest)
    assert not set(done) & set(rest.sent)
    assert len(done) + len(rest.sent) == 160
    killed = Path(store.open("rewritten/shout", BATCH).path).read_bytes()
    fresh = type(store)(tmp_path / "fresh")
    publish(fresh, documents)
    generate(make_run(BATCH, store=fresh), ScriptedEngine(upper))
    assert Path(fresh.open("rewritten/shout", BATCH).path).read_bytes() == killed
